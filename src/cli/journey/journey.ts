import type { VigilError } from '../../base/errors.ts';
import type { PartEvent, SupervisedPart, SupervisionPolicy } from '../../stage/supervised-part.ts';
import { defaultPolicy, Supervisor } from '../../stage/supervisor.ts';
import type { LedgerSnapshot } from '../../topics/camera-account.ts';
import type { CameraConfig, DetectorConfig, JourneyConfig, ListenAddress } from '../config/journey-config.ts';
import { forkPart } from '../parts/fork-part.ts';
import type { PartInfo } from '../parts/part-channel.ts';
import type { PartOptions } from '../parts/part-options.ts';
import { bootstrap, brokerPart, capturePart, detectPart, servePart, topicPlan } from './part-plan.ts';

export interface JourneyPlan {
  config: JourneyConfig;
  /** Which parts run here. */
  parts: { broker: boolean; cameras: boolean; detectors: readonly DetectorConfig[]; serve: boolean };
  /** The brokers of other machines; not used when the broker runs here. */
  brokers: string[];
  /** The cameras with their sources, once these are known. */
  cameras: Promise<readonly CameraConfig[]>;
  pace: 'live' | 'fast';
  /** Ends when every file source is through: a part that keeps dying is given up. */
  once: boolean;
  /** Shown on the page. */
  notices: string[];
}

export interface JourneyListener {
  onEvent(event: PartEvent): void;
  onSnapshot(snapshot: LedgerSnapshot): void;
  /** A line that a part wrote to its diagnostics; left out, these go to standard error directly. */
  onLine?(line: string): void;
}

const captureName = 'capture ';

/** Whether the part of this name is a camera's. */
export function isCapture(part: string): boolean {
  return part.startsWith(captureName);
}

/** The camera of a capture part. */
export function cameraOf(part: string): string {
  return part.slice(captureName.length);
}

/** Ctrl-C has to be through within three seconds. */
const stopWithinMs = 2700;
const brokerAnswersWithinMs = 15_000;
const deathsInARowOfOnce = 5;
const partModule = new URL(
  import.meta.url.endsWith('.ts') ? '../parts/part-main.ts' : '../parts/part-main.js',
  import.meta.url,
);

/**
 * The parts of the journey that run on this machine, each in a process of its own, started and ended in order: the broker
 * first, then its topics, then the readers, then the cameras; the end goes the other way.
 */
export class Journey {
  readonly #plan: JourneyPlan;
  readonly #listener: JourneyListener;
  readonly #supervisor: Supervisor;
  readonly #startedAtMs = Date.now();
  readonly #failed = Promise.withResolvers<never>();
  readonly #captures: SupervisedPart[] = [];
  readonly #order: { captures: string[]; detectors: string[]; serve: string[]; broker: string[] } = {
    captures: [],
    detectors: [],
    serve: [],
    broker: [],
  };
  #brokers: string[];
  #brokerListen: ListenAddress;
  #httpListen: ListenAddress;
  #url: string | undefined;
  #hasFrames = false;
  #cameras: readonly CameraConfig[] = [];
  readonly #models = new Map<string, string>();

  constructor(plan: JourneyPlan, listener: JourneyListener) {
    this.#plan = plan;
    this.#listener = listener;
    this.#brokers = plan.brokers;
    this.#brokerListen = plan.config.brokerListen;
    this.#httpListen = plan.config.httpListen;
    this.#supervisor = new Supervisor({
      policy: plan.once ? policyOfOnce : defaultPolicy,
      onEvent: (event) => this.#onEvent(event),
    });
    // Both may come to nothing while something else is waited for.
    this.#failed.promise.catch(() => {});
    plan.cameras.catch(() => {});
  }

  /** Rejects when a part that all others need is given up. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  get brokers(): readonly string[] {
    return this.#brokers;
  }

  get plan(): JourneyPlan {
    return this.#plan;
  }

  /** The cameras that were started, with their sources. */
  get cameras(): readonly CameraConfig[] {
    return this.#cameras;
  }

  /** The model that a detector really looks with. */
  modelOf(detector: string): string | undefined {
    return this.#models.get(`detect ${detector}`);
  }

  /** Address of the page. */
  get url(): string | undefined {
    return this.#url;
  }

  /**
   * Resolves when every part is ready.
   *
   * @throws the fault of the part that cannot start; BROKER_UNREACHABLE
   */
  async start(): Promise<void> {
    const { parts } = this.#plan;
    if (parts.broker) await this.#startBroker();
    await this.#prepareTopics();
    const readers = parts.detectors.map((detector) => this.#startDetector(detector));
    if (parts.serve) readers.push(this.#startServe());
    await Promise.all(readers.map((part) => part.whenReady));
    if (!parts.cameras) return;
    this.#cameras = await this.#plan.cameras;
    await Promise.allSettled(this.#cameras.map((camera) => this.#startCapture(camera).whenReady));
  }

  /** Resolves when every part has ended by itself. */
  whenOver(): Promise<void> {
    return this.#supervisor.whenOver();
  }

  /** Ends all parts in order. */
  stop(): Promise<void> {
    const { captures, detectors, serve, broker } = this.#order;
    return this.#supervisor.stop([captures, detectors, serve, broker], stopWithinMs);
  }

  /** Ends all parts at once. */
  kill(): void {
    this.#supervisor.kill();
  }

  async #startBroker(): Promise<void> {
    const part = this.#start('broker', this.#order.broker, () => ({
      ...brokerPart(this.#plan.config),
      listen: this.#brokerListen,
    }));
    await part.whenReady;
  }

  async #prepareTopics(): Promise<void> {
    const { ensureTopics, waitForBroker } = await import('../../stage/kafka-admin.ts');
    const asked = { brokers: this.#brokers, clientId: 'vigil' };
    await waitForBroker({ ...asked, timeoutMs: brokerAnswersWithinMs });
    await ensureTopics({ ...asked, topics: topicPlan(this.#plan.config) });
  }

  #startDetector(detector: DetectorConfig): SupervisedPart {
    const options = detectPart(this.#plan.config, detector, this.#brokers);
    return this.#start(`detect ${detector.name}`, this.#order.detectors, () => options);
  }

  #startServe(): SupervisedPart {
    const { config, notices } = this.#plan;
    // The page accounts for this run as a whole, also when its server is started again in the middle of it.
    const options = servePart(config, { brokers: this.#brokers, notices, sinceMs: this.#startedAtMs });
    return this.#start('serve', this.#order.serve, () => ({ ...options, http: this.#httpListen }));
  }

  #startCapture(camera: CameraConfig): SupervisedPart {
    const { pace, once } = this.#plan;
    const options = capturePart(camera, { brokers: this.#brokers, pace, once });
    const part = this.#start(`${captureName}${camera.id}`, this.#order.captures, () => options);
    this.#captures.push(part);
    return part;
  }

  #start(name: string, group: string[], options: () => PartOptions): SupervisedPart {
    group.push(name);
    const { onLine } = this.#listener;
    return this.#supervisor.start(
      forkPart({
        name,
        module: partModule,
        options,
        onWord: (word) => {
          if (word.type === 'ready') this.#learn(name, word.info);
          if (word.type === 'snapshot') this.#onSnapshot(word.snapshot);
        },
        ...(onLine ? { onLine: (line: string) => onLine(line) } : {}),
      }),
    );
  }

  #onSnapshot(snapshot: LedgerSnapshot): void {
    this.#hasFrames ||= snapshot.cameras.some((camera) => camera.captured > 0);
    this.#listener.onSnapshot(snapshot);
  }

  /** Ports that the system chose stay what they are when the part is started again. */
  #learn(name: string, { address, url, model }: PartInfo): void {
    if (model) this.#models.set(name, model);
    if (address) {
      this.#brokerListen = { ...this.#brokerListen, port: address.port };
      this.#brokers = [bootstrap(this.#brokerListen)];
    }
    if (url) {
      this.#url = url;
      this.#httpListen = { ...this.#httpListen, port: Number(new URL(url).port || 80) };
    }
  }

  #onEvent(event: PartEvent): void {
    this.#listener.onEvent(event);
    if (event.type !== 'gave-up') return;
    if (!isCapture(event.part)) this.#failed.reject(event.error);
    else if (!this.#plan.once) this.#failWhenNoCameraRuns(event.error);
  }

  /** One camera that cannot go on leaves the others alone; when none can and there is nothing to show, that is the end. */
  #failWhenNoCameraRuns(error: VigilError): void {
    if (this.#hasFrames) return;
    if (this.#captures.every((part) => part.state === 'failed')) this.#failed.reject(error);
  }
}

const policyOfOnce: SupervisionPolicy = {
  ...defaultPolicy,
  giveUpAfter: { neverReady: deathsInARowOfOnce, onceReady: deathsInARowOfOnce },
};
