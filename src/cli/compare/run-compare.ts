import { RawFetcher } from '../../audit/raw-fetcher.ts';
import { fault } from '../../base/errors.ts';
import { describeTopic } from '../../stage/kafka-admin.ts';
import { topicNames } from '../../topics/topic-names.ts';
import { type Case, Comparison } from './comparison.ts';
import { fetchPicture, readResults } from './read-results.ts';
import { ResultJoin, type Side } from './result-join.ts';

export interface CompareOptions {
  brokers: readonly string[];
  /** `<name>@<version>`, both. */
  first: string;
  second: string;
  camera?: string | undefined;
  /** Only frames captured from here on, microseconds since 1970. */
  sinceUs?: number | undefined;
  /** 0..1 */
  iou: number;
  /** Told of each frame on which they disagree, as it is found. */
  onCase?: (found: Case) => void;
}

export interface Compared {
  comparison: Comparison;
  /** Pictures of frames, while the log holds them. */
  pictureOf(found: Case): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

const worstKept = 12;

/**
 * Compares what two detectors said of the same frames. The topic is read twice at once, one partition after the other;
 * neither reader runs far ahead of the other.
 *
 * @throws USAGE when one of the two has said nothing, BROKER_UNREACHABLE
 */
export async function runCompare(options: CompareOptions): Promise<Compared> {
  const { brokers, onCase } = options;
  const topic = topicNames.processedImages;
  const comparison = new Comparison({ iou: options.iou, worst: worstKept, ...(onCase ? { onCase } : {}) });
  const fetchers = {
    first: new RawFetcher(brokers, 'vigil-compare'),
    second: new RawFetcher(brokers, 'vigil-compare'),
  };
  const close = async () => void (await Promise.all([fetchers.first.close(), fetchers.second.close()]));
  const seen = { first: 0, second: 0 };
  try {
    const { partitions } = await describeTopic({ brokers, clientId: 'vigil-compare', topic });
    for (const { partition, logStartOffset, logEndOffset } of partitions) {
      const join = new ResultJoin({
        onPair: (first, second) => comparison.pair(first, second),
        onAlone: (side, result) => comparison.alone(side, result),
      });
      const window = { topic, partition, start: Number(logStartOffset), end: Number(logEndOffset), isCutOff: false };
      const read = async (side: Side) => {
        const { camera, sinceUs } = options;
        const about = { fetcher: fetchers[side], window, detector: options[side], camera, sinceUs };
        await readResults({
          ...about,
          onResult: (result) => {
            seen[side]++;
            return join.give(side, result);
          },
        }).finally(() => join.end(side));
      };
      await Promise.all([read('first'), read('second')]);
    }
    refuseSilent(options, seen);
  } catch (error) {
    await close();
    throw error;
  }
  return { comparison, pictureOf: ({ frameRef }) => fetchPicture(fetchers.first, frameRef), close };
}

function refuseSilent(options: CompareOptions, seen: Record<Side, number>): void {
  for (const side of ['first', 'second'] as const) {
    if (seen[side] > 0) continue;
    const what = options.camera === undefined && options.sinceUs === undefined ? '' : ' for these frames';
    const isOtherSilent = seen[side === 'first' ? 'second' : 'first'] === 0;
    throw fault('USAGE', `There is no result of "${options[side]}" in ${topicNames.processedImages}${what}`, {
      next: isOtherSilent
        ? '`vigil audit` shows which detectors have answered.'
        : `Make them: vigil detect --as ${options[side]} --from beginning --model <name>`,
    });
  }
}
