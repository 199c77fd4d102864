import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheDirectory } from '../../base/cache-directory.ts';
import { wallClockUs } from '../../base/clock.ts';
import { fault } from '../../base/errors.ts';
import { createLogger } from '../../base/logger.ts';
import { type DetectorOptions, type RunningDetector, startDetect } from '../../detect/start-detect.ts';
import { commitOffsets, committedOffsets, listGroups } from '../../stage/kafka-admin.ts';
import { openRecordProducer } from '../../stage/record-producer.ts';
import { encodeStartStatement } from '../../topics/start-statement.ts';
import { topicNames } from '../../topics/topic-names.ts';
import { listenForInterrupt } from '../journey/interrupt.ts';
import { describeReplay, ReplayProgress, type ReplayState } from './replay-progress.ts';
import { findWindow, type ReplayBounds, type ReplayWindow } from './replay-window.ts';

export interface ReplayOptions {
  brokers: readonly string[];
  /** Whose name and version the results carry. */
  detector: Omit<DetectorOptions, 'replay' | 'instance'> & { version: number };
  bounds: ReplayBounds;
}

const clientId = 'vigil-replay';
const topic = topicNames.rawVideoFrames;
const lookEveryMs = 250;
const drawEveryMs = { terminal: 250, plain: 3000 };
const interruptedCode = 130;

/**
 * Runs a detector over frames that are in the log, as a group of its own, and ends when each has its result. Where it
 * was is kept in the group's offsets: the same command goes on after it was ended or killed.
 *
 * @returns the exit code
 * @throws USAGE when a live detector of this name has answered these frames, BROKER_UNREACHABLE, and what a detector does
 */
export async function runReplay({ brokers, detector, bounds }: ReplayOptions): Promise<number> {
  const id = `${detector.name}@${detector.version}`;
  const groupId = `replay-${id}`;
  await refuseLive(brokers, id);
  const window = await startWindow(brokers, groupId, await findWindow(brokers, bounds));
  const progress = new ReplayProgress(window, performance.now());
  const interrupt = listenForInterrupt(() => process.exit(interruptedCode));
  const ends = new Map([...window].map(([partition, { end }]) => [partition, end]));
  const detect = await startDetect({
    brokers,
    // The same on this machine each time: it takes its partitions, and what its transaction left open, up again.
    detector: { ...detector, instance: `${hostname()}-replay`, replay: { groupId, ends } },
    cacheDir: cacheDirectory(),
    logger: createLogger(`detect ${id}`),
  });
  try {
    const state = await watch({ brokers, groupId, detect, progress, window, isEnding: () => interrupt.isRequested });
    await detect.close();
    process.stdout.write(`${summary(id, detect.model, state)}\n`);
    return state.isOver ? 0 : interruptedCode;
  } finally {
    await detect.close();
    interrupt.release();
  }
}

/** Two groups under one name would answer each frame twice. */
async function refuseLive(brokers: readonly string[], id: string): Promise<void> {
  if (!(await listGroups({ brokers, clientId })).includes(`detect-${id}`)) return;
  throw fault('USAGE', `${id} is a detector that looks at these frames already`, {
    next: `Choose a version that there is not yet: --as ${id.replace(/@\d+$/, '')}@<version>`,
  });
}

/** Partitions at which the group has not been begin at the window's start, for good: `-2h` moves, a replay does not. */
async function startWindow(brokers: readonly string[], groupId: string, window: ReplayWindow): Promise<ReplayWindow> {
  const asked = { brokers, clientId, groupId, topic };
  const there = await committedOffsets(asked);
  const fresh = [...window].filter(([partition]) => !there.has(partition));
  if (fresh.length === window.size) await stateStart(brokers, groupId, window);
  if (fresh.length > 0) {
    await commitOffsets({ ...asked, offsets: new Map(fresh.map(([partition, { start }]) => [partition, start])) });
  }
  const isResumed = fresh.length < window.size;
  if (isResumed) process.stderr.write(`${groupId} goes on where it was; another version would begin anew\n`);
  return window;
}

/** So that nobody takes what lies before for frames without their results. */
async function stateStart(brokers: readonly string[], groupId: string, window: ReplayWindow): Promise<void> {
  const producer = await openRecordProducer({ brokers, clientId });
  const offsets = Object.fromEntries([...window].map(([partition, { start }]) => [partition, Number(start)]));
  const about = { detector: groupId.replace(/^replay-/, ''), topic, offsets, statedAtUs: wallClockUs() };
  try {
    await producer.send([encodeStartStatement(about)]);
  } finally {
    await producer.close();
  }
}

interface Watched {
  brokers: readonly string[];
  groupId: string;
  detect: RunningDetector;
  progress: ReplayProgress;
  window: ReplayWindow;
  isEnding: () => boolean;
}

/** Until everything is answered, or somebody ends it. */
async function watch({ brokers, groupId, detect, progress, window, isEnding }: Watched): Promise<ReplayState> {
  const isTerminal = process.stderr.isTTY === true;
  const failed = detect.done.then(() => undefined);
  // Heard at the next look.
  failed.catch(() => undefined);
  let drawnAtMs = performance.now();
  for (;;) {
    const committed = await committedOffsets({ brokers, clientId, groupId, topic });
    const state = progress.at(committed, passedPartitions(detect, window), performance.now());
    if (performance.now() - drawnAtMs >= (isTerminal ? drawEveryMs.terminal : drawEveryMs.plain)) {
      const line = describeReplay(state, isTerminal);
      process.stderr.write(isTerminal ? `\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}` : `${line}\n`);
      drawnAtMs = performance.now();
    }
    if (state.isOver || isEnding()) {
      if (isTerminal) process.stderr.write('\r\x1b[K');
      return state;
    }
    await Promise.race([delay(lookEveryMs), failed]);
  }
}

/** Partitions that were read to their ends and of which nothing is in hand. */
function passedPartitions(detect: RunningDetector, window: ReplayWindow): Set<number> {
  const idle = detect.idlePositions().filter(({ partition, offset }) => offset >= (window.get(partition)?.end ?? 0n));
  return new Set(idle.map(({ partition }) => partition));
}

function summary(id: string, model: string, { total, done, perSecond, isOver }: ReplayState): string {
  const counts = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} frames have their result`;
  const rate = perSecond > 0 ? `, ${perSecond.toFixed(1)} per second` : '';
  return `${id} (${model}): ${counts}${rate}${isOver ? '' : '; the same command goes on from here'}`;
}
