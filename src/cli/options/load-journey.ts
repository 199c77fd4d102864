import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { fault } from '../../base/errors.ts';
import { formatHostPort } from '../../base/units.ts';
import { defaults } from '../config/defaults.ts';
import type { JourneyConfig } from '../config/journey-config.ts';
import { resolveConfig } from '../config/resolve.ts';
import { parseCameras } from './camera-option.ts';
import type { JourneyOptions } from './journey-options.ts';

/**
 * The configuration that a command runs with: the file named, else `./vigil.yml` when there is one, else the defaults;
 * the command line wins over each.
 *
 * @throws CONFIG_NOT_FOUND, CONFIG_INVALID, CONFIG_SECRET_MISSING, USAGE
 */
export async function loadJourney(file: string | undefined, options: JourneyOptions): Promise<JourneyConfig> {
  return applyOptions(await readConfig(file), options);
}

async function readConfig(file: string | undefined): Promise<JourneyConfig> {
  const path = file ?? (existsSync(defaults.file) ? defaults.file : undefined);
  if (path === undefined) return resolveConfig({}, process.cwd());
  // The schema takes a tenth of a second to build: only when there is a file to check.
  const { loadConfig } = await import('../config/load-config.ts');
  return loadConfig(path).config;
}

/** @throws USAGE when the options do not fit together */
export function applyOptions(config: JourneyConfig, options: JourneyOptions): JourneyConfig {
  const { data, brokers, listen, metrics, http, flush } = options;
  return {
    ...config,
    dataDir: data === undefined ? config.dataDir : resolve(data),
    brokers: brokers ?? config.brokers,
    brokerListen: listen ?? config.brokerListen,
    ...(metrics === undefined ? {} : { brokerMetrics: metrics }),
    httpListen: http ?? config.httpListen,
    flush: flush ?? config.flush,
    cameras: applyToCameras(config, options),
    detectors: applyToDetectors(config, options),
  };
}

function applyToCameras(config: JourneyConfig, options: JourneyOptions): JourneyConfig['cameras'] {
  const { fps, width, transport, loop } = options;
  const given = { fps, width, transport, loop };
  const overrides = Object.fromEntries(Object.entries(given).filter(([, each]) => each !== undefined));
  const detectors = config.detectors.map((detector) => detector.name);
  const cameras =
    options.camera === undefined
      ? config.cameras
      : parseCameras(options.camera).map((camera) => ({ ...config.cameraDefaults, loop: false, detectors, ...camera }));
  return cameras.map((camera) => ({ ...camera, ...overrides }));
}

function applyToDetectors(
  config: JourneyConfig,
  { model, steps, workers, delivery }: JourneyOptions,
): JourneyConfig['detectors'] {
  if (model !== undefined && config.detectors.length > 1) {
    const names = config.detectors.map((detector) => detector.name).join(', ');
    throw fault('USAGE', `--model is for one detector, but ${config.file} has ${config.detectors.length}: ${names}`, {
      next: 'Write the model of each detector into the file.',
    });
  }
  return config.detectors.map((detector) => ({
    ...detector,
    ...(model === undefined ? {} : { model: existsSync(model) && !isAbsolute(model) ? resolve(model) : model }),
    ...(steps === undefined ? {} : { steps }),
    ...(workers === undefined ? {} : { workers }),
    ...(delivery === undefined ? {} : { delivery }),
  }));
}

/** The brokers that a part connects to when it does not run beside the embedded broker. */
export function brokersOf(config: JourneyConfig): string[] {
  if (config.brokers !== 'embedded') return config.brokers;
  return [formatHostPort(config.brokerListen.host, config.brokerListen.port)];
}
