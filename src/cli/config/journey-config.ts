import { availableParallelism } from 'node:os';
import { redactSource } from '../../base/secrets.ts';
import type { MotionGateSettings } from '../../capture/motion/motion-gate.ts';
import type { RemoteModel } from '../../detect/remote/remote-model.ts';
import type { StepName } from '../../detect/steps/step-names.ts';
import type { NotifierOptions } from '../../notify/notifier-options.ts';
import type { Rule } from '../../rules/rule.ts';
import type { DeliveryKind } from '../../stage/delivery.ts';
import type { ThreatKind } from '../../topics/event-names.ts';
import type { Scene } from '../../topics/scene.ts';
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
  /** The detector whose detections are followed over frames; left out: the first. */
  track?: string;
  /** Frames in which nothing moves are spared the models; left out: none is. */
  motionGate?: Partial<MotionGateSettings>;
  /** Zones, lines and masks of its picture. */
  scene?: Scene;
  /** Shown with the camera on the page. */
  note?: string;
}

export interface DetectorConfig {
  name: string;
  version: number;
  /** A name, an absolute path, or a server: its address alone, or with what else it needs. */
  model: string | RemoteModel;
  labels?: string[];
  threshold?: number;
  /** What looks at each frame after the model. */
  steps?: StepName[];
  workers: 'auto' | number;
  /** Bounds of `workers: auto`; left out, both: one process that uses the whole machine. */
  min?: number;
  max?: number;
  /** Share of its time that a worker is to be busy, 0..1. */
  targetLoad: number;
  /** Urgent: frames older than this are passed over. Left out: complete. */
  maxLagMs?: number;
  delivery: DeliveryKind;
}

/** Everything that decides how the journey runs, with defaults filled in, units parsed and paths absolute. */
export interface JourneyConfig {
  /** The file it came from, or undefined when there was none. */
  file: string | undefined;
  dataDir: string;
  /** Bootstrap addresses of another Kafka, or `embedded`. */
  brokers: 'embedded' | string[];
  brokerListen: ListenAddress;
  /** Where the embedded broker answers GET /metrics; left out: nowhere. */
  brokerMetrics?: ListenAddress;
  flush: FlushPolicy;
  httpListen: ListenAddress;
  cameras: CameraConfig[];
  /** For cameras that are named on the command line. */
  cameraDefaults: Pick<CameraConfig, 'fps' | 'width' | 'quality' | 'transport'>;
  detectors: DetectorConfig[];
  store: StoreConfig;
  rules: Rule[];
  notifiers: NotifierOptions[];
  /** What is suspected of what detectors with joints see; nothing unless it is asked for. */
  threats: ThreatKind[];
  /** A retention of −1 is unlimited. */
  topics: TopicSettings & { hold: boolean; embed: boolean; horizonSeconds: number };
}

/** The page's own memory; −1 is without limit. */
export interface StoreConfig {
  retentionMs: number;
  pictureBytes: number;
}

/** `name@version`: how results name the detector. */
export function detectorId(detector: Pick<DetectorConfig, 'name' | 'version'>): string {
  return `${detector.name}@${detector.version}`;
}

/** The cameras that a detector looks at. */
export function camerasOf(config: JourneyConfig, detector: string): CameraConfig[] {
  return config.cameras.filter((camera) => camera.detectors.includes(detector));
}

/** Between how many workers `auto` may choose; undefined: their number is set, or one process uses the whole machine. */
export function workerBounds({ workers, min, max }: DetectorConfig): { min: number; max: number } | undefined {
  if (workers !== 'auto' || (min ?? max) === undefined) return undefined;
  return { min: min ?? 1, max: max ?? Math.max(min ?? 1, availableParallelism()) };
}

/** A detector's model as people are shown it, without secrets. */
export function describeModel({ model }: Pick<DetectorConfig, 'model'>): string {
  return redactSource(typeof model === 'string' ? model : model.url);
}
