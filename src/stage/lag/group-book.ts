import type { GroupAccount, GroupKind } from '../../topics/group-account.ts';
import { CounterRate } from './counter-rate.ts';
import type { GroupReading, LagReading, PartitionReading } from './lag-source.ts';
import type { OffsetTimes } from './offset-times.ts';
import { type RetentionLimits, retentionHorizon } from './retention-horizon.ts';

/** A group that is watched. */
export interface WatchedGroup {
  group: string;
  /** `<name>@<version>` */
  detector: string;
  kind: GroupKind;
}

/** What a group's account needs beside the reading. */
export interface BookContext {
  nowMs: number;
  monotonicMs: number;
  times: ReadonlyMap<number, OffsetTimes>;
  inPerSecond: number;
  limits: RetentionLimits;
  /** Of one record on average. */
  recordBytes: number;
  horizonSeconds: number;
  secondsPerFrame: number | undefined;
  wanted: number | undefined;
}

/** Over so long rates are measured: long enough for slow cameras, short enough to see what happens. */
export const rateWindowMs = 10_000;

/** Follows one group through readings of its topic. */
export class GroupBook {
  readonly #watched: WatchedGroup;
  readonly #out = new CounterRate(rateWindowMs);

  constructor(watched: WatchedGroup) {
    this.#watched = watched;
  }

  account(reading: LagReading, context: BookContext): GroupAccount {
    const { group, detector, kind } = this.#watched;
    const found = reading.groups.get(group);
    const lags = reading.partitions.map((each) => partitionLag(each, found, context));
    this.#out.look(sum(lags.map((lag) => lag.position)), context.monotonicMs);
    const standing = {
      ...standingOf(lags, reading, context.recordBytes),
      inPerSecond: context.inPerSecond,
      outPerSecond: this.#out.perSecond,
    };
    const horizon =
      kind === 'complete' ? retentionHorizon(standing, context.limits) : { secondsLeft: null, limit: null };
    return {
      group,
      detector,
      kind,
      lagRecords: standing.lagRecords,
      lagBytes: Math.round(sum(lags.map((lag) => lag.bytes))),
      lagSeconds: round(standing.lagSeconds),
      inPerSecond: round(context.inPerSecond),
      outPerSecond: round(this.#out.perSecond),
      workers: found?.members ?? 0,
      wanted: context.wanted ?? null,
      secondsPerFrame: context.secondsPerFrame ?? null,
      secondsLeft: horizon.secondsLeft === null ? null : round(horizon.secondsLeft),
      limit: horizon.limit,
      isWarning: horizon.secondsLeft !== null && horizon.secondsLeft < context.horizonSeconds,
    };
  }
}

interface PartitionLag {
  /** Where the group goes on. */
  position: number;
  records: number;
  bytes: number;
  oldestAgeMs: number;
  newestAgeMs: number;
}

function partitionLag(
  partition: PartitionReading,
  group: GroupReading | undefined,
  context: BookContext,
): PartitionLag {
  const { startOffset, endOffset } = partition;
  // A group without an offset starts at the beginning; one whose frames are gone goes on with what there is.
  const position = Math.min(Math.max(group?.committed.get(partition.partition) ?? startOffset, startOffset), endOffset);
  const records = endOffset - position;
  if (records === 0) return { position, records, bytes: 0, oldestAgeMs: 0, newestAgeMs: 0 };
  const times = context.times.get(partition.partition);
  const age = (offset: number) => Math.max(0, context.nowMs - (times?.timeOf(offset) ?? context.nowMs));
  return {
    position,
    records,
    bytes: records * context.recordBytes,
    oldestAgeMs: age(position),
    newestAgeMs: age(endOffset - 1),
  };
}

function standingOf(lags: readonly PartitionLag[], { partitions }: LagReading, recordBytes: number) {
  const behind = lags.filter((lag) => lag.records > 0);
  const lagRecords = sum(behind.map((lag) => lag.records));
  const oldestAgeMs = Math.max(0, ...behind.map((lag) => lag.oldestAgeMs));
  const newestAgeMs = behind.length === 0 ? 0 : Math.min(...behind.map((lag) => lag.newestAgeMs));
  const spanSeconds = (oldestAgeMs - newestAgeMs) / 1000;
  return {
    lagRecords,
    lagSeconds: oldestAgeMs / 1000,
    worstLagBytes: Math.max(0, ...behind.map((lag) => lag.bytes)),
    recordBytes,
    partitions: Math.max(1, partitions.length),
    recordsPerSecondOfLag: spanSeconds > 0 ? lagRecords / spanSeconds : 0,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
