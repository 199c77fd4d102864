import { isAbsolute, resolve } from 'node:path';
import { parseBytes, parseDurationMs, parseHostPort } from '../../base/units.ts';
import { defaults } from './defaults.ts';
import type { CameraConfig, DetectorConfig, JourneyConfig } from './journey-config.ts';
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
    flush: written.flush ?? defaults.flush,
    httpListen: parseHostPort(written.http?.listen ?? defaults.httpListen),
    cameras: resolveCameras(written, folder, detectors),
    cameraDefaults: { ...defaults.capture, ...written.capture },
    detectors,
    topics: {
      partitions: topics.partitions ?? defaults.topics.partitions,
      retentionMs: limit(topics.retention?.time ?? defaults.topics.retentionTime, parseDurationMs),
      retentionBytes: limit(topics.retention?.bytes ?? defaults.topics.retentionBytes, parseBytes),
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
  }));
}

function resolveDetectors(written: ConfigFile, folder: string): DetectorConfig[] {
  const { name, model, labels, workers, version } = defaults.detector;
  if (written.detectors === undefined) return [{ name, version, model, labels: [...labels], workers }];
  return Object.entries(written.detectors).map(([id, detector]) => ({
    ...detector,
    name: id,
    version: detector.version ?? version,
    model: resolveModel(detector.model ?? model, folder),
    workers: detector.workers ?? workers,
  }));
}

/** A model is a path when it looks like one; names hold neither a slash nor a file's ending. */
function resolveModel(model: string, folder: string): string {
  const isPath = isAbsolute(model) || /[\\/]|\.(onnx|ya?ml|json)$/i.test(model);
  return isPath ? resolve(folder, model) : model;
}

function limit(text: string, parse: (text: string) => number): number {
  return text === 'unlimited' ? -1 : parse(text);
}
