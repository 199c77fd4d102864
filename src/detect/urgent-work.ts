import { decodeFrameHeader, type FrameHeader } from '../topics/frame-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import { encodeSkipStatement, skipStatement } from '../topics/skip-statement.ts';

export interface UrgentWorkOptions {
  /** `<name>@<version>` */
  detector: string;
  /** A frame that is older when it is read is discarded. */
  maxLagMs: number;
  /** Wall clock, microseconds since 1970; compared with the frame's time of capture. */
  nowUs: () => number;
  /** Frames of other cameras are nobody's business; undefined: all cameras. */
  cameras?: ReadonlySet<string> | undefined;
  /** What is done with a frame that is young enough, and with a record that is no frame. */
  work(record: IncomingRecord): Promise<OutgoingRecord[]>;
}

interface Discarded {
  record: IncomingRecord;
  frame: FrameHeader;
}

export interface UrgentWork {
  work(record: IncomingRecord): Promise<OutgoingRecord[]>;
  /** What is written for records whose offsets are committed together: results, and what was discarded. */
  gather(
    entries: readonly { record: IncomingRecord; made?: readonly OutgoingRecord[] | undefined }[],
  ): OutgoingRecord[];
}

/**
 * The work of an urgent group: a frame that is too old is discarded unread, neither decoded nor looked at, and so the group
 * is soon with the newest frames again. What it discarded it says exactly, frame by frame, in statements on the ledger that are
 * written with the offsets behind those frames.
 */
export function urgentWork(options: UrgentWorkOptions): UrgentWork {
  const discarded = new WeakMap<IncomingRecord, Discarded>();
  return {
    async work(record) {
      const frame = tooOld(record, options);
      if (!frame) return options.work(record);
      discarded.set(record, { record, frame });
      return [];
    },
    gather(entries) {
      const made = entries.flatMap((entry) => entry.made ?? []);
      const skipped = entries.flatMap((entry) => discarded.get(entry.record) ?? []);
      return [...made, ...statements(skipped, options)];
    },
  };
}

function tooOld(record: IncomingRecord, { maxLagMs, nowUs, cameras }: UrgentWorkOptions): FrameHeader | undefined {
  try {
    const frame = decodeFrameHeader(record);
    if (cameras && !cameras.has(frame.camera)) return undefined;
    return nowUs() - frame.capturedAtUs > maxLagMs * 1000 ? frame : undefined;
  } catch {
    // Not a frame: the work says so.
    return undefined;
  }
}

/** One for each stretch of a session in a partition. */
function statements(skipped: readonly Discarded[], { detector, nowUs }: UrgentWorkOptions): OutgoingRecord[] {
  const stretches = Map.groupBy(skipped, ({ record, frame }) =>
    [record.topic, record.partition, frame.camera, frame.session].join('/'),
  );
  return [...stretches.values()].flatMap((stretch) => {
    const [first, last] = [stretch[0], stretch.at(-1)];
    if (!first || !last) return [];
    const { topic, partition } = first.record;
    const about = {
      camera: first.frame.camera,
      session: first.frame.session,
      detector,
      topic,
      partition,
      firstOffset: Number(first.record.offset),
      lastOffset: Number(last.record.offset),
      skippedAtUs: nowUs(),
      reason: 'max-lag' as const,
    };
    const numbers = stretch.map(({ frame }) => frame.frame);
    return [encodeSkipStatement(skipStatement(about, numbers))];
  });
}
