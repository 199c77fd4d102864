import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { formatHostPort } from '../../base/units.ts';
import { looksLive } from '../../capture/source.ts';
import type { ServedGroup } from '../../serve/group-feed.ts';
import type { WatchedGroup } from '../../stage/lag/group-book.ts';
import type { RetentionLimits } from '../../stage/lag/retention-horizon.ts';
import type { Scene } from '../../topics/scene.ts';
import { type TopicDefinition, topicDefinitions } from '../../topics/topic-names.ts';
import {
  type CameraConfig,
  camerasOf,
  type DetectorConfig,
  detectorId,
  type JourneyConfig,
  workerBounds,
} from '../config/journey-config.ts';
import type {
  AlarmPartOptions,
  BrokerPartOptions,
  CapturePartOptions,
  DetectPartOptions,
  ServePartOptions,
  ThreatPartOptions,
  TrackPartOptions,
} from '../parts/part-options.ts';

/** What each part is told, made from the configuration. */

export function brokerPart(config: JourneyConfig): BrokerPartOptions {
  const { dataDir, brokerListen: listen, brokerMetrics: metrics, flush } = config;
  return { kind: 'broker', dataDir, listen, flush, ...(metrics ? { metrics } : {}) };
}

export function capturePart(
  camera: CameraConfig,
  run: Pick<CapturePartOptions, 'brokers' | 'pace' | 'once' | 'resumeSinceMs'>,
): CapturePartOptions {
  const { detectors: _, track: __, scene: ___, transport: rtspTransport, ...options } = camera;
  // A file that is played once ends its part with the fault that it met; a loop goes on as a camera does.
  const once = run.once || (!camera.loop && !looksLive(camera.source));
  return { kind: 'capture', ...run, once, camera: { ...options, rtspTransport, loop: camera.loop && !once } };
}

export interface MemberPlace {
  /** The journey runs the broker of its data directory itself: nobody else does. */
  ownsBroker?: boolean;
  /** Number of the process among those of this detector: no two may share one. 1 when left out. */
  worker?: number;
}

/** A detector that every camera wants takes all frames there are, those of cameras on other machines too. */
export function detectPart(
  config: JourneyConfig,
  detector: DetectorConfig,
  brokers: string[],
  { worker = 1, ...place }: MemberPlace = {},
): DetectPartOptions {
  const wanted = camerasOf(config, detector.name).map((camera) => camera.id);
  const cameras = wanted.length === config.cameras.length ? {} : { cameras: wanted };
  const { embed } = config.topics;
  const instance = `${instanceOf(config, place)}-${worker}`;
  // A worker is a process with one inference thread; `auto` without bounds is one process that uses every core.
  const workers = detector.workers === 'auto' && !workerBounds(detector) ? 'auto' : 1;
  const looks = isJudged(config, detector) ? { looksAtStill: true } : {};
  return { kind: 'detect', brokers, detector: { ...detector, ...cameras, ...looks, embed, instance, workers } };
}

/** `detect people`, `detect people 2` … */
export function workerName(detector: string, worker: number): string {
  return worker === 1 ? `detect ${detector}` : `detect ${detector} ${worker}`;
}

/**
 * A detector that dies comes back as the same member of its group, and ends the transaction it left open. Beside its own
 * broker it does so even after the whole journey was killed: nobody else runs on that data directory. Detectors that were
 * started beside it by themselves are members of their own.
 */
function instanceOf({ dataDir }: JourneyConfig, { ownsBroker = false }: MemberPlace): string {
  const place = ownsBroker ? createHash('sha256').update(dataDir).digest('hex').slice(0, 12) : randomUUID();
  return `${hostname()}-${place}`;
}

/** Detectors that some camera wants; all of them where no camera is configured. */
export function detectorsInUse(config: JourneyConfig): DetectorConfig[] {
  if (config.cameras.length === 0) return config.detectors;
  return config.detectors.filter((detector) => camerasOf(config, detector.name).length > 0);
}

/** Tracks follow the first detector of each camera, or the one it names. */
export function trackPart(config: JourneyConfig, brokers: string[], place: MemberPlace = {}): TrackPartOptions {
  const ids = new Map(config.detectors.map((detector) => [detector.name, detectorId(detector)]));
  const follow = config.cameras.flatMap(({ id, track, detectors }) => {
    const detector = ids.get(track ?? detectors[0] ?? '');
    return detector === undefined ? [] : [[id, detector] as const];
  });
  const [first] = detectorsInUse(config);
  return {
    kind: 'track',
    brokers,
    track: {
      follow: Object.fromEntries(follow),
      ...(first ? { otherwise: detectorId(first) } : {}),
      atLeastOnce: config.detectors.filter(({ delivery }) => delivery === 'at-least-once').map(detectorId),
      scenes: scenesOf(config),
      instance: instanceOf(config, place),
    },
  };
}

/** Whether there is anything to raise or to tell: without, no process is spent on it. */
export function hasAlarms({ rules, notifiers }: JourneyConfig): boolean {
  return rules.length + notifiers.length > 0;
}

export function alarmPart(config: JourneyConfig, brokers: string[], place: MemberPlace = {}): AlarmPartOptions {
  const { rules, notifiers } = config;
  const cameras = config.cameras.map(({ id }) => id);
  return { kind: 'alarm', brokers, rules, notifiers, cameras, instance: instanceOf(config, place) };
}

/** Every detector that reads joints is judged, and so may not be spared a frame: a window of judgement has no hole. */
function isJudged({ threats }: JourneyConfig, { steps = [] }: DetectorConfig): boolean {
  return threats.length > 0 && steps.includes('pose');
}

export function threatPart(config: JourneyConfig, brokers: string[], place: MemberPlace = {}): ThreatPartOptions {
  const detectors = detectorsInUse(config)
    .filter((detector) => isJudged(config, detector))
    .map(detectorId);
  const atLeastOnce = config.detectors.filter(({ delivery }) => delivery === 'at-least-once').map(detectorId);
  const threat = { kinds: config.threats, detectors, atLeastOnce, instance: instanceOf(config, place) };
  return { kind: 'threat', brokers, threat };
}

function scenesOf(config: JourneyConfig): Record<string, Scene> {
  return Object.fromEntries(config.cameras.flatMap(({ id, scene }) => (scene ? [[id, scene]] : [])));
}

export function servePart(
  config: JourneyConfig,
  run: Pick<ServePartOptions, 'brokers' | 'notices'> & { sinceMs?: number },
): ServePartOptions {
  const { hold, horizonSeconds } = config.topics;
  return {
    kind: 'serve',
    ...run,
    http: config.httpListen,
    expectedDetectors: expectedDetectors(config),
    groups: servedGroups(config),
    ...(hold ? { limits: heldLimits(config) } : {}),
    horizonSeconds,
    scenes: scenesOf(config),
    tracks: true,
    alarms: true,
    store: { file: join(config.dataDir, 'store', 'vigil.db'), ...config.store },
  };
}

function servedGroups(config: JourneyConfig): ServedGroup[] {
  return detectorsInUse(config).map((detector) => ({
    ...watchedGroup(detector),
    limits: { min: 1, max: config.topics.partitions, ...workerBounds(detector), targetLoad: detector.targetLoad },
  }));
}

/** A detector's consumer group, and whether it may pass frames over. */
export function watchedGroup(detector: DetectorConfig): WatchedGroup {
  const id = detectorId(detector);
  return { group: `detect-${id}`, detector: id, kind: detector.maxLagMs === undefined ? 'complete' : 'urgent' };
}

/** With `hold` the topic itself is kept without limit; these are what cameras hold at. */
export function heldLimits({ topics: { retentionMs, retentionBytes, partitions } }: JourneyConfig): RetentionLimits {
  return { retentionMs, retentionBytes: retentionBytes < 0 ? -1 : Math.floor(retentionBytes / partitions) };
}

/** The detectors that are to look at each camera, as results name them. */
export function expectedDetectors(config: JourneyConfig): Record<string, string[]> {
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
