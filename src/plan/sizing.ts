import { workersToKeepUp } from '../stage/scaling/worker-need.ts';

export interface PlannedCamera {
  id: string;
  fps: number;
  width: number;
  /** JPEG quality, 1..100. */
  quality: number;
  /** Names of the detectors that look at it. */
  detectors: readonly string[];
}

export interface PlannedDetector {
  name: string;
  /** Time that one worker is busy with one frame; undefined when nobody knows. */
  secondsPerFrame: number | undefined;
  targetLoad: number;
  /** Most workers that are configured here. */
  maxWorkers: number;
  /** Whether the model computes on this machine: then each busy worker takes a core. */
  usesCores: boolean;
}

export interface PlanInput {
  cameras: readonly PlannedCamera[];
  detectors: readonly PlannedDetector[];
  partitions: number;
  /** Milliseconds and bytes per topic; −1 is unlimited. */
  retentionMs: number;
  retentionBytes: number;
  /** Whether results carry their frames. */
  embed: boolean;
  /** Copies of each record. */
  replicas: number;
  /** Of this machine. */
  cores: number;
  /** Given: the size of a frame, instead of the estimate. */
  frameBytes?: number;
}

export interface DetectorPlan {
  name: string;
  framesPerSecond: number;
  secondsPerFrame: number | null;
  /** Frames per second × seconds per frame ÷ target load, as it is and rounded up; null when the time is not known. */
  need: number | null;
  workers: number | null;
  maxWorkers: number;
  /** Cores that these workers keep busy. */
  cores: number | null;
}

export interface Plan {
  cameras: { id: string; fps: number; frameBytes: number; bytesPerSecond: number }[];
  detectors: DetectorPlan[];
  framesPerSecond: number;
  partitions: number;
  /** Frames and results, of one replica. */
  diskBytesPerDay: number;
  /** What is kept at most, over all replicas; null without limits. */
  diskBytesKept: number | null;
  /** Into the brokers, and out of them to detectors and one page. */
  network: { inBytesPerSecond: number; outBytesPerSecond: number };
  cores: { needed: number | null; here: number };
  /** What is nearest to its limit, or over it. */
  breaksFirst: Limit | undefined;
  limits: Limit[];
}

export interface Limit {
  what: string;
  /** Share of the limit that is used; over 1 it breaks. */
  used: number;
  means: string;
}

const secondsPerDay = 86_400;
/** Of a JPEG of quality 80 of a scene with some detail; each ten of quality are a factor of 1.35 or so. */
const bytesPerPixel = 0.15;
const perTenOfQuality = 1.35;

/** About what a frame takes as JPEG: a 16:9 picture of some detail. Footage differs by a factor of two either way. */
export function estimateFrameBytes({ width, quality }: Pick<PlannedCamera, 'width' | 'quality'>): number {
  return Math.round(((width * width * 9) / 16) * bytesPerPixel * perTenOfQuality ** ((quality - 80) / 10));
}

/** The sum for a configuration: what flows, what it takes, and what would break first. */
export function makePlan(input: PlanInput): Plan {
  const cameras = input.cameras.map(({ id, fps, width, quality }) => {
    const frameBytes = input.frameBytes ?? estimateFrameBytes({ width, quality });
    return { id, fps, frameBytes, bytesPerSecond: fps * frameBytes };
  });
  const detectors = input.detectors.map((detector) => planDetector(detector, input.cameras));
  const inBytes = sum(cameras.map((camera) => camera.bytesPerSecond));
  const resultBytes = resultBytesPerSecond(input, cameras);
  const daily = (inBytes + resultBytes) * secondsPerDay;
  const cores = coresNeeded(detectors, input.detectors);
  const limits = limitsOf(input, detectors, { inBytes, cores });
  return {
    cameras,
    detectors,
    framesPerSecond: sum(cameras.map((camera) => camera.fps)),
    partitions: input.partitions,
    diskBytesPerDay: daily,
    diskBytesKept: keptBytes(input, inBytes, resultBytes),
    network: {
      inBytesPerSecond: inBytes + resultBytes,
      // Each group reads every frame, whatever it looks at; the page reads every result.
      outBytesPerSecond: inBytes * input.detectors.length + resultBytes,
    },
    cores: { needed: cores, here: input.cores },
    breaksFirst: limits[0],
    limits,
  };
}

function planDetector(detector: PlannedDetector, cameras: readonly PlannedCamera[]): DetectorPlan {
  const { name, secondsPerFrame, targetLoad, maxWorkers, usesCores } = detector;
  const framesPerSecond = sum(cameras.filter((camera) => camera.detectors.includes(name)).map((camera) => camera.fps));
  const general = { name, framesPerSecond, maxWorkers };
  if (secondsPerFrame === undefined)
    return { ...general, secondsPerFrame: null, need: null, workers: null, cores: null };
  const need = workersToKeepUp(framesPerSecond, secondsPerFrame, targetLoad);
  const busy = usesCores ? framesPerSecond * secondsPerFrame : 0;
  return { ...general, secondsPerFrame, need, workers: Math.max(1, Math.ceil(need - 1e-9)), cores: busy };
}

function resultBytesPerSecond({ embed, cameras }: PlanInput, planned: Plan['cameras']): number {
  const headerBytes = 700;
  return sum(
    planned.map(({ fps, frameBytes }, index) => {
      const detectors = cameras[index]?.detectors.length ?? 0;
      return fps * detectors * (headerBytes + (embed ? frameBytes : 0));
    }),
  );
}

function keptBytes({ retentionMs, retentionBytes, replicas }: PlanInput, ...rates: number[]): number | null {
  const kept = rates.map((rate) => {
    const byTime = retentionMs < 0 ? Number.POSITIVE_INFINITY : (rate * retentionMs) / 1000;
    return Math.min(byTime, retentionBytes < 0 ? Number.POSITIVE_INFINITY : retentionBytes);
  });
  const total = sum(kept) * replicas;
  return Number.isFinite(total) ? total : null;
}

function coresNeeded(plans: readonly DetectorPlan[], detectors: readonly PlannedDetector[]): number | null {
  if (detectors.some(({ secondsPerFrame }) => secondsPerFrame === undefined)) return null;
  return sum(plans.map((plan) => plan.cores ?? 0));
}

function limitsOf(
  { partitions, retentionMs, retentionBytes, cores: here }: PlanInput,
  detectors: readonly DetectorPlan[],
  { inBytes, cores }: { inBytes: number; cores: number | null },
): Limit[] {
  const limits: Limit[] = [];
  for (const { name, need, maxWorkers } of detectors) {
    if (need === null) continue;
    const many = `${need.toFixed(1)} workers`;
    limits.push({
      what: `workers of ${name}`,
      used: need / maxWorkers,
      means: `${many} are needed, ${maxWorkers} may run`,
    });
    limits.push({
      what: `partitions for ${name}`,
      used: need / partitions,
      means: `${many} are needed, ${partitions} partitions feed as many`,
    });
  }
  if (cores !== null) {
    limits.push({
      what: 'cores',
      used: cores / here,
      means: `detectors keep ${cores.toFixed(1)} cores busy, this machine has ${here}`,
    });
  }
  if (retentionMs >= 0 && retentionBytes >= 0) {
    const hours = retentionBytes / Math.max(1, inBytes) / 3600;
    const wanted = retentionMs / 3_600_000;
    limits.push({
      what: 'room for frames',
      used: wanted / hours,
      means: `retention.bytes hold ${hours.toFixed(1)} h of frames, retention.time asks for ${wanted.toFixed(1)} h`,
    });
  }
  return limits.sort((a, b) => b.used - a.used);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
