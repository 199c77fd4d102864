import { isAbsolute, resolve } from 'node:path';
import { parseBytes, parseDurationMs, parseHostPort } from '../../base/units.ts';
import { isRemoteModel } from '../../detect/remote/remote-model.ts';
import type { Scene, ScenePoint } from '../../topics/scene.ts';
import { defaults } from './defaults.ts';
import type { DetectorFile } from './detector-schema.ts';
import type { CameraConfig, DetectorConfig, JourneyConfig } from './journey-config.ts';
import { resolveNotifiers, resolveRules } from './resolve-rules.ts';
import type { ConfigFile } from './schema.ts';
import { isPathSource } from './source-kind.ts';

/**
 * Fills the defaults in, parses units and makes paths absolute.
 *
 * @param written a value that the schema accepts
 * @param folder what relative paths in it are relative to
 */
export function resolveConfig(written: ConfigFile, folder: string, file?: string): JourneyConfig {
  const { topics = {}, brokers = 'embedded' } = written;
  const detectors = resolveDetectors(written, folder);
  return {
    file,
    dataDir: resolve(folder, written.data ?? defaults.data),
    brokers,
    brokerListen: parseHostPort(written.broker?.listen ?? defaults.brokerListen),
    ...(written.broker?.metrics === undefined ? {} : { brokerMetrics: parseHostPort(written.broker.metrics) }),
    flush: written.flush ?? defaults.flush,
    httpListen: parseHostPort(written.http?.listen ?? defaults.httpListen),
    cameras: resolveCameras(written, folder, detectors),
    cameraDefaults: { ...defaults.capture, ...written.capture },
    detectors,
    threats: written.threats ?? [],
    store: {
      retentionMs: limit(written.store?.retention ?? defaults.store.retention, parseDurationMs),
      pictureBytes: limit(written.store?.pictures ?? defaults.store.pictures, parseBytes),
    },
    rules: resolveRules(written),
    notifiers: resolveNotifiers(written),
    topics: {
      partitions: topics.partitions ?? defaults.topics.partitions,
      retentionMs: limit(topics.retention?.time ?? defaults.topics.retentionTime, parseDurationMs),
      retentionBytes: limit(topics.retention?.bytes ?? defaults.topics.retentionBytes, parseBytes),
      hold: topics.retention?.hold ?? defaults.topics.retentionHold,
      horizonSeconds: parseDurationMs(topics.retention?.horizon ?? defaults.topics.retentionHorizon) / 1000,
      embed: topics.embed ?? defaults.topics.embed,
    },
  };
}

function resolveCameras(written: ConfigFile, folder: string, detectors: readonly DetectorConfig[]): CameraConfig[] {
  const general = { ...defaults.capture, ...written.capture };
  const all = detectors.map((detector) => detector.name);
  return Object.entries(written.cameras ?? {}).map(([id, camera]) => ({
    id,
    source: isPathSource(camera.source) ? resolve(folder, camera.source) : camera.source,
    fps: camera.fps ?? general.fps,
    width: camera.width ?? general.width,
    quality: camera.quality ?? general.quality,
    transport: camera.transport ?? general.transport,
    loop: camera.loop ?? false,
    detectors: camera.detectors ?? all,
    ...(camera.track === undefined ? {} : { track: camera.track }),
    ...resolveMotionGate(camera),
    ...resolveScene(camera),
  }));
}

type WrittenCamera = NonNullable<ConfigFile['cameras']>[string];

function resolveMotionGate({ motionGate }: WrittenCamera): Pick<CameraConfig, 'motionGate'> {
  if (!motionGate) return {};
  const { hold, refresh, threshold } = motionGate;
  return {
    motionGate: {
      ...(hold === undefined ? {} : { holdMs: parseDurationMs(hold) }),
      ...(refresh === undefined ? {} : { refreshMs: parseDurationMs(refresh) }),
      ...(threshold === undefined ? {} : { leastDifference: threshold }),
    },
  };
}

function resolveScene({ zones = {}, lines = {}, masks = [] }: WrittenCamera): { scene?: Scene } {
  const scene: Scene = {
    zones: Object.entries(zones).map(([name, corners]) => ({ name, corners: corners.map(toPoint) })),
    lines: Object.entries(lines).map(([name, [from = [], to = []]]) => ({
      name,
      from: toPoint(from),
      to: toPoint(to),
    })),
    masks: masks.map((corners) => corners.map(toPoint)),
  };
  const isEmpty = scene.zones.length + scene.lines.length + scene.masks.length === 0;
  return isEmpty ? {} : { scene };
}

function toPoint([x = 0, y = 0]: readonly number[]): ScenePoint {
  return [x, y];
}

function resolveDetectors(written: ConfigFile, folder: string): DetectorConfig[] {
  const { name, model, labels, workers, delivery, version, targetLoad } = defaults.detector;
  if (written.detectors === undefined) {
    return [{ name, version, model, labels: [...labels], workers, delivery, targetLoad }];
  }
  return Object.entries(written.detectors).map(([id, detector]) => ({
    ...detector,
    name: id,
    version: detector.version ?? version,
    model: resolveModel(detector.model ?? model, folder),
    workers: detector.workers ?? workers,
    targetLoad: detector.targetLoad ?? targetLoad,
    delivery: detector.delivery ?? delivery,
  }));
}

function resolveModel(model: NonNullable<DetectorFile['model']>, folder: string): DetectorConfig['model'] {
  if (typeof model === 'string') return resolveName(model, folder);
  const { timeout, manifest, ...rest } = model;
  return {
    ...rest,
    ...(manifest === undefined ? {} : { manifest: resolveName(manifest, folder) }),
    ...(timeout === undefined ? {} : { timeoutMs: parseDurationMs(timeout) }),
  };
}

/** A model is a path when it looks like one; names hold neither a slash nor a file's ending. */
function resolveName(model: string, folder: string): string {
  const isPath = isAbsolute(model) || /[\\/]|\.(onnx|ya?ml|json)$/i.test(model);
  return isPath && !isRemoteModel(model) ? resolve(folder, model) : model;
}

function limit(text: string, parse: (text: string) => number): number {
  return text === 'unlimited' ? -1 : parse(text);
}
