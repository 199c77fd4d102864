import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Broker, Broker as EmbeddedBroker } from '../../../src/broker/index.ts';
import type { JourneyConfig } from '../../../src/cli/config/journey-config.ts';
import { loadConfig } from '../../../src/cli/config/load-config.ts';
import { plainJpeg } from '../../detect/support/plain-jpeg.ts';
import { freePorts } from '../../support/free-ports.ts';
import { inputPartitions } from './expected-tracks.ts';
import { JitteryModel } from './jittery-model.ts';
import { Site, type SiteOptions } from './site.ts';
import { judge, type Verdict } from './verdict.ts';

export interface ScenarioOptions {
  /** Of each camera. */
  fps?: number;
  /** The one line of the configuration that changes with the Kafka that is used. */
  brokers?: string;
  env?: NodeJS.ProcessEnv;
  /** Where detectors reach the model's server; 127.0.0.1 when left out. */
  modelHost?: string;
  /** Data of Vigil; a folder beside the configuration when left out. */
  dataDir?: string;
}

/** Four cameras (two live ones, a film, a folder of pictures that goes round), two groups of detectors, tracks, the page. */
export class Scenario {
  readonly folder: string;
  readonly file: string;
  readonly site: Site;
  readonly config: JourneyConfig;
  readonly #parts: Site[] = [];
  /** Everything added up. */
  isJudged = false;

  private constructor(folder: string, site: Site) {
    this.folder = folder;
    this.file = join(folder, 'vigil.yml');
    this.site = site;
    this.config = loadConfig(this.file).config;
  }

  /** Ready to be started; ends with the test. */
  static async make(t: TestContext, options: ScenarioOptions = {}): Promise<Scenario> {
    const folder = await mkdtemp(join(tmpdir(), 'vigil-chaos-'));
    const model = new JitteryModel();
    await model.listen();
    mkdirSync(join(folder, 'pictures'));
    for (let grey = 0; grey < 9; grey++) {
      writeFileSync(join(folder, 'pictures', `${grey}.jpg`), await plainJpeg(64, 36, 20 * grey));
    }
    const [broker = 0, page = 0] = await freePorts(2);
    writeFileSync(join(folder, 'vigil.yml'), configuration({ ...options, broker, page, model: model.port }));
    const site = new Site({
      folder,
      args: ['up', join(folder, 'vigil.yml')],
      ...(options.env ? { env: options.env } : {}),
    });
    const scenario = new Scenario(folder, site);
    t.after(async () => {
      for (const each of [site, ...scenario.#parts]) each.killAll();
      model.close();
      if (process.env.VIGIL_CHAOS_KEEP === undefined || scenario.isJudged)
        await rm(folder, { recursive: true, force: true });
    });
    return scenario;
  }

  /** A part of the site on its own, as on a machine of its own. */
  part(name: string, more: Partial<SiteOptions> = {}): Site {
    const folder = join(this.folder, `site-${this.#parts.length + 1}`);
    mkdirSync(folder);
    const part = new Site({ folder, args: [name, this.file], ...more });
    this.#parts.push(part);
    return part;
  }

  /** Resolves when all parts have been ready once. */
  async start(): Promise<void> {
    this.site.start();
    await this.site.says(/Vigil is looking/);
  }

  /** Ends the site, lets detectors and tracks come to the end, and recounts. */
  async judge(brokers?: string[]): Promise<Verdict> {
    await this.site.end();
    const verdict = brokers ? await judge(brokers, this.config) : await this.#judgeAtRest();
    this.isJudged = true;
    return verdict;
  }

  async #judgeAtRest(): Promise<Verdict> {
    await using broker: Broker = await EmbeddedBroker.start({ dataDir: this.config.dataDir, port: 0 });
    return await judge([broker.bootstrap], this.config);
  }
}

function configuration(at: ScenarioOptions & { broker: number; page: number; model: number }): string {
  const { fps = 25, brokers = 'embedded', dataDir = './data', modelHost = '127.0.0.1' } = at;
  return `
data: ${dataDir}
brokers: ${brokers}
broker: { listen: "127.0.0.1:${at.broker}" }
http: { listen: "127.0.0.1:${at.page}" }
capture: { fps: ${fps}, width: 64, quality: 70 }
cameras:
  gate: { source: testsrc, detectors: [people, quick], zones: { left: [[0, 0], [0.45, 0], [0.45, 1], [0, 1]] } }
  hall: { source: testsrc, detectors: [people], lines: { middle: [[0.45, 0], [0.45, 1]] } }
  film: { source: "testsrc:600", detectors: [people] }
  round: { source: ./pictures, loop: true, detectors: [people] }
detectors:
  people: { model: "http://${modelHost}:${at.model}/look", workers: 2 }
  quick: { model: "delay:2ms", maxLagMs: 500, workers: 1 }
topics: { partitions: ${inputPartitions} }
`;
}
