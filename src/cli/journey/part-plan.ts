import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { formatHostPort } from '../../base/units.ts';
import { looksLive } from '../../capture/source.ts';
import { type TopicDefinition, topicDefinitions } from '../../topics/topic-names.ts';
import {
  type CameraConfig,
  camerasOf,
  type DetectorConfig,
  detectorId,
  type JourneyConfig,
} from '../config/journey-config.ts';
import type {
  BrokerPartOptions,
  CapturePartOptions,
  DetectPartOptions,
  ServePartOptions,
} from '../parts/part-options.ts';

/** What each part is told, made from the configuration. */

export function brokerPart(config: JourneyConfig): BrokerPartOptions {
  return { kind: 'broker', dataDir: config.dataDir, listen: config.brokerListen, flush: config.flush };
}

export function capturePart(
  camera: CameraConfig,
  run: Pick<CapturePartOptions, 'brokers' | 'pace' | 'once'>,
): CapturePartOptions {
  const { detectors: _, transport: rtspTransport, ...options } = camera;
  // A file that is played once ends its part with the fault that it met; a loop goes on as a camera does.
  const once = run.once || (!camera.loop && !looksLive(camera.source));
  return { kind: 'capture', ...run, once, camera: { ...options, rtspTransport, loop: camera.loop && !once } };
}

/** A detector that every camera wants takes all frames there are, those of cameras on other machines too. */
export function detectPart(config: JourneyConfig, detector: DetectorConfig, brokers: string[]): DetectPartOptions {
  const wanted = camerasOf(config, detector.name).map((camera) => camera.id);
  const cameras = wanted.length === config.cameras.length ? {} : { cameras: wanted };
  const { embed } = config.topics;
  // Made once here: a detector that dies comes back as the same member of its group.
  const instance = `${hostname()}-${randomUUID()}`;
  return { kind: 'detect', brokers, detector: { ...detector, ...cameras, embed, instance } };
}

/** Detectors that some camera wants; all of them where no camera is configured. */
export function detectorsInUse(config: JourneyConfig): DetectorConfig[] {
  if (config.cameras.length === 0) return config.detectors;
  return config.detectors.filter((detector) => camerasOf(config, detector.name).length > 0);
}

export function servePart(
  config: JourneyConfig,
  run: Pick<ServePartOptions, 'brokers' | 'notices'> & { sinceMs?: number },
): ServePartOptions {
  return { kind: 'serve', ...run, http: config.httpListen, expectedDetectors: expectedDetectors(config) };
}

function expectedDetectors(config: JourneyConfig): Record<string, string[]> {
  const byName = new Map(config.detectors.map((detector) => [detector.name, detectorId(detector)]));
  return Object.fromEntries(
    config.cameras.map((camera) => [camera.id, camera.detectors.flatMap((name) => byName.get(name) ?? [])]),
  );
}

export function topicPlan(config: JourneyConfig): TopicDefinition[] {
  return topicDefinitions(config.topics);
}

export function bootstrap({ host, port }: { host: string; port: number }): string {
  // A broker that listens everywhere is reached at loopback from here.
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return formatHostPort(reachable, port);
}
