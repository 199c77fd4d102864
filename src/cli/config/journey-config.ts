import type { TopicSettings } from '../../topics/topic-names.ts';

export interface ListenAddress {
  host: string;
  port: number;
}

export type FlushPolicy = 'commit' | 'interval' | 'never';
export type Transport = 'tcp' | 'udp';

export interface CameraConfig {
  id: string;
  /** Absolute when it is a path. */
  source: string;
  fps: number;
  width: number;
  quality: number;
  transport: Transport;
  loop: boolean;
  /** Names of the detectors that look at it. */
  detectors: string[];
  /** Shown with the camera on the page. */
  note?: string;
}

export interface DetectorConfig {
  name: string;
  version: number;
  /** A name, or an absolute path. */
  model: string;
  labels?: string[];
  threshold?: number;
  workers: 'auto' | number;
}

/** Everything that decides how the journey runs, with defaults filled in, units parsed and paths absolute. */
export interface JourneyConfig {
  /** The file it came from, or undefined when there was none. */
  file: string | undefined;
  dataDir: string;
  /** Bootstrap addresses of another Kafka, or `embedded`. */
  brokers: 'embedded' | string[];
  brokerListen: ListenAddress;
  flush: FlushPolicy;
  httpListen: ListenAddress;
  cameras: CameraConfig[];
  /** For cameras that are named on the command line. */
  cameraDefaults: Pick<CameraConfig, 'fps' | 'width' | 'quality' | 'transport'>;
  detectors: DetectorConfig[];
  /** A retention of −1 is unlimited. */
  topics: TopicSettings & { embed: boolean };
}

/** `name@version`: how results name the detector. */
export function detectorId(detector: Pick<DetectorConfig, 'name' | 'version'>): string {
  return `${detector.name}@${detector.version}`;
}

/** The cameras that a detector looks at. */
export function camerasOf(config: JourneyConfig, detector: string): CameraConfig[] {
  return config.cameras.filter((camera) => camera.detectors.includes(detector));
}
