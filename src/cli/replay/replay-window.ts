import { fault } from '../../base/errors.ts';
import { describeTopic, offsetsAtTime } from '../../stage/kafka-admin.ts';
import type { StartFrom } from '../../stage/record-consumer.ts';
import { topicNames } from '../../topics/topic-names.ts';
import { parseFrom } from '../consume/parse-from.ts';

/** What is replayed of one partition of the frames: offsets from `start` up to, and without, `end`. */
export interface PartitionSpan {
  start: bigint;
  end: bigint;
}

export type ReplayWindow = ReadonlyMap<number, PartitionSpan>;

export interface ReplayBounds {
  from: StartFrom;
  /** `end`: what is in the log now. */
  until: StartFrom;
}

/**
 * Reads `--from` and `--until`: beginning, now, an offset, a time, or a while ago (`2h` or `-2h`).
 *
 * @throws USAGE
 */
export function parseBounds({ from, until = 'now' }: { from: string; until?: string | undefined }): ReplayBounds {
  const nowMs = Date.now();
  const read = (name: string, text: string): StartFrom => {
    const plain = text.trim().replace(/^-(?=\d)/, '');
    return parseFrom(plain === 'now' ? 'end' : plain, nowMs, name);
  };
  const bounds = { from: read('--from', from), until: read('--until', until) };
  const [first, last] = [timeOf(bounds.from, nowMs), timeOf(bounds.until, nowMs)];
  if (last !== undefined && last > nowMs) throw fault('USAGE', `--until ${until} lies ahead; a replay ends at "now"`);
  if (first === undefined || last === undefined || first < last) return bounds;
  throw fault('USAGE', `--until ${until} does not lie after --from ${from}`);
}

function timeOf(at: StartFrom, nowMs: number): number | undefined {
  if (at === 'end') return nowMs;
  return typeof at === 'object' && 'timestampMs' in at ? at.timestampMs : undefined;
}

/** The offsets that the bounds mean, as of now. @throws BROKER_UNREACHABLE */
export async function findWindow(brokers: readonly string[], { from, until }: ReplayBounds): Promise<ReplayWindow> {
  const asked = { brokers, clientId: 'vigil-replay', topic: topicNames.rawVideoFrames };
  const { partitions } = await describeTopic(asked);
  const timesOf = (at: StartFrom) =>
    typeof at === 'object' && 'timestampMs' in at ? offsetsAtTime({ ...asked, ...at }) : undefined;
  const [starts, ends] = [await timesOf(from), await timesOf(until)];
  return new Map(
    partitions.map(({ partition, logStartOffset, logEndOffset }) => {
      const within = (at: StartFrom, found: bigint | undefined): bigint => {
        const wanted = found ?? (typeof at === 'object' && 'offset' in at ? at.offset : undefined);
        if (wanted === undefined) return at === 'end' ? logEndOffset : logStartOffset;
        return wanted < logStartOffset ? logStartOffset : wanted > logEndOffset ? logEndOffset : wanted;
      };
      const start = within(from, starts?.get(partition));
      const end = within(until, ends?.get(partition));
      return [partition, { start, end: end < start ? start : end }];
    }),
  );
}
