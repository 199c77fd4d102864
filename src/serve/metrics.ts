import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CameraAccount, LedgerSnapshot } from '../topics/camera-account.ts';
import type { GapStatement } from '../topics/gap-statement.ts';
import type { GroupAccount } from '../topics/group-account.ts';
import type { ModelServerStatement } from '../topics/model-server-statement.ts';
import type { SeenResult } from './account-feed.ts';
import { registerGroupMetrics } from './group-metrics.ts';
import { ModelServerBook } from './model-server-book.ts';
import { OrderGapBook } from './order-gap-book.ts';

export interface Metrics {
  /** Where more is registered. */
  readonly registry: Registry;
  readonly contentType: string;
  /** The text that Prometheus reads. */
  text(): Promise<string>;
  sawResult(seen: SeenResult): void;
  sawInvalidRecord(topic: string): void;
  sawModelServer(statement: ModelServerStatement): void;
  sawOrderGap(statement: GapStatement): void;
}

/** Frames of one stage that had one outcome. Over all outcomes of a stage the counts add up to the frames that it met. */
interface FrameCount {
  stage: 'capture' | 'publish' | 'detect';
  outcome: 'ok' | 'failed' | 'skipped' | 'lost';
  reason: string;
  frames: number;
}

const latencyBucketsSeconds = [0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 10, 30, 60];

/** @param snapshot the ledger as it is now; the counters are read from it, so that both always say the same */
export function createMetrics(
  snapshot: () => LedgerSnapshot,
  clientCount: () => number,
  groups: () => readonly GroupAccount[] = () => [],
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerLedgerMetrics(registry, snapshot);
  registerGroupMetrics(registry, groups);
  new Gauge({
    name: 'vigil_live_clients',
    help: 'Browsers and other clients on the live feed.',
    registers: [registry],
    collect() {
      this.set(clientCount());
    },
  });
  const latency = new Histogram({
    name: 'vigil_capture_to_result_seconds',
    help: 'Capture of a frame to its result being read.',
    labelNames: ['camera', 'detector'] as const,
    buckets: latencyBucketsSeconds,
    registers: [registry],
  });
  const invalid = new Counter({
    name: 'vigil_invalid_records_total',
    help: 'Records left out because they break the message contract.',
    labelNames: ['topic'] as const,
    registers: [registry],
  });
  const servers = new ModelServerBook();
  new Gauge({
    name: 'vigil_model_server_waiting',
    help: 'Detector processes whose model is on a server that does not answer: their frames wait.',
    labelNames: ['detector'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [detector, count] of servers.waiting(Date.now())) this.set({ detector }, count);
    },
  });
  return {
    registry,
    contentType: registry.contentType,
    text: () => registry.metrics(),
    sawResult({ result: { frame, detector }, readAtUs }) {
      latency.observe({ camera: frame.camera, detector }, Math.max(0, readAtUs - frame.capturedAtUs) / 1e6);
    },
    sawInvalidRecord: (topic) => invalid.inc({ topic }),
    sawModelServer: (statement) => servers.add(statement),
    sawOrderGap: registerOrderGaps(registry),
  };
}

/** @returns what to tell of each statement */
function registerOrderGaps(registry: Registry): (statement: GapStatement) => void {
  const gaps = new OrderGapBook();
  new Counter({
    name: 'vigil_order_gap_frames_total',
    help: 'Frames that a stage passed over: without a result, or too old to hurry.',
    labelNames: ['camera', 'detector', 'group', 'reason'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { frames, ...labels } of gaps.counts()) this.inc(labels, frames);
    },
  });
  return (statement) => gaps.add(statement);
}

function registerLedgerMetrics(registry: Registry, snapshot: () => LedgerSnapshot): void {
  new Counter({
    name: 'vigil_frames_total',
    help: 'Frames by stage and outcome, as the ledger counts them.',
    labelNames: ['camera', 'stage', 'outcome', 'reason'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const account of snapshot().cameras) {
        for (const { frames, ...labels } of frameCounts(account))
          this.inc({ camera: account.camera, ...labels }, frames);
      }
    },
  });
  registerDetectorMetrics(registry, snapshot);
  registerCameraGauge(
    registry,
    snapshot,
    'vigil_frames_waiting',
    'Published frames without a result.',
    (account) => account.waiting,
  );
  registerCameraGauge(
    registry,
    snapshot,
    'vigil_frames_per_second',
    'Results per second over five seconds.',
    (account) => account.fps,
  );
  registerCameraGauge(registry, snapshot, 'vigil_camera_up', '1 while the camera delivers frames.', ({ state }) =>
    state === 'running' ? 1 : 0,
  );
}

function registerDetectorMetrics(registry: Registry, snapshot: () => LedgerSnapshot): void {
  new Counter({
    name: 'vigil_detector_frames_total',
    help: 'Frames that a detector has settled, by outcome; doubled results come on top.',
    labelNames: ['camera', 'detector', 'outcome', 'reason'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { camera, detectors } of snapshot().cameras) {
        for (const { detector, results, gated, failed, failedByCode, skipped, doubled } of detectors) {
          const add = (outcome: string, reason: string, frames: number) =>
            this.inc({ camera, detector, outcome, reason }, frames);
          add('ok', '', results - failed - gated);
          add('gated', gated > 0 ? 'still' : '', gated);
          for (const [code, frames] of Object.entries(failedByCode)) add('failed', code, frames);
          add('skipped', skipped > 0 ? 'max-lag' : '', skipped);
          add('doubled', '', doubled);
        }
      }
    },
  });
}

function registerCameraGauge(
  registry: Registry,
  snapshot: () => LedgerSnapshot,
  name: string,
  help: string,
  value: (account: CameraAccount) => number,
): void {
  new Gauge({
    name,
    help,
    labelNames: ['camera'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const account of snapshot().cameras) this.set({ camera: account.camera }, value(account));
    },
  });
}

function frameCounts(account: CameraAccount): FrameCount[] {
  const { captured, lost, lostReasons, published, results, failed, skipped } = account;
  return [
    { stage: 'capture', outcome: 'ok', reason: '', frames: captured - lost },
    ...Object.entries(lostReasons).map(
      ([reason, frames]) => ({ stage: 'capture', outcome: 'lost', reason, frames }) as const,
    ),
    { stage: 'publish', outcome: 'ok', reason: '', frames: published },
    { stage: 'detect', outcome: 'ok', reason: '', frames: results - failed },
    ...failuresByCode(account).map(
      ([reason, frames]) => ({ stage: 'detect', outcome: 'failed', reason, frames }) as const,
    ),
    { stage: 'detect', outcome: 'skipped', reason: skipped > 0 ? 'max-lag' : '', frames: skipped },
  ];
}

/** A frame that several detectors failed on counts once, and then no code is its reason. */
function failuresByCode({ failed, detectors }: CameraAccount): [string, number][] {
  const codes = detectors.length === 1 ? Object.entries(detectors[0]?.failedByCode ?? {}) : [];
  return codes.length > 0 ? codes : [['', failed]];
}
