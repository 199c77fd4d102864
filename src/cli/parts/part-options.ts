import type { CameraOptions } from '../../capture/camera-options.ts';
import type { DetectorOptions } from '../../detect/start-detect.ts';
import type { NotifierOptions } from '../../notify/notifier-options.ts';
import type { Rule } from '../../rules/rule.ts';
import type { ServedGroup } from '../../serve/group-feed.ts';
import type { RetentionLimits } from '../../stage/lag/retention-horizon.ts';
import type { ThreatOptions } from '../../threat/stage/start-threat.ts';
import type { Scene } from '../../topics/scene.ts';
import type { TopicDefinition } from '../../topics/topic-names.ts';
import type { TrackOptions } from '../../track/start-track.ts';
import type { FlushPolicy, ListenAddress } from '../config/journey-config.ts';

export interface BrokerPartOptions {
  kind: 'broker';
  dataDir: string;
  listen: ListenAddress;
  flush: FlushPolicy;
  metrics?: ListenAddress;
}

export interface CapturePartOptions {
  kind: 'capture';
  brokers: string[];
  camera: CameraOptions;
  /** `live`: files as they were filmed; `fast`: as quickly as the log takes them. */
  pace: 'live' | 'fast';
  once: boolean;
  /** See `CaptureOptions.resumeSinceMs`. */
  resumeSinceMs?: number;
  /** See `CaptureOptions.isHeld`. */
  isHeld?: boolean;
}

export interface DetectPartOptions {
  kind: 'detect';
  brokers: string[];
  detector: DetectorOptions;
}

export interface TrackPartOptions {
  kind: 'track';
  brokers: string[];
  track: TrackOptions;
}

/** Rules and notifiers, in one process: see docs/decisions/0017. */
export interface AlarmPartOptions {
  kind: 'alarm';
  brokers: string[];
  rules: readonly Rule[];
  notifiers: readonly NotifierOptions[];
  cameras: readonly string[];
  instance: string;
}

export interface ThreatPartOptions {
  kind: 'threat';
  brokers: string[];
  threat: ThreatOptions;
}

export interface ServePartOptions {
  kind: 'serve';
  brokers: string[];
  http: ListenAddress;
  expectedDetectors: Record<string, string[]>;
  groups: readonly ServedGroup[];
  /** See `ServeOptions.limits`. */
  limits?: RetentionLimits;
  horizonSeconds: number;
  /** Sessions opened earlier do not count, milliseconds since 1970; left out: the run stated last counts. */
  sinceMs?: number;
  notices: string[];
  scenes: Record<string, Scene>;
  tracks: boolean;
  alarms: boolean;
  /** See `ServeOptions.store`. */
  store: { file: string; retentionMs: number; pictureBytes: number };
}

/** Everything a part needs to run in a process of its own: plain data, for it travels between processes. */
export type PartOptions =
  | BrokerPartOptions
  | CapturePartOptions
  | DetectPartOptions
  | TrackPartOptions
  | AlarmPartOptions
  | ThreatPartOptions
  | ServePartOptions;

/** Topics to create before a part that needs them starts. */
export type TopicPlan = readonly TopicDefinition[];
