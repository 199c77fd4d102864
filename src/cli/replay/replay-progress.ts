import type { ReplayWindow } from './replay-window.ts';

export interface ReplayState {
  /** Frames from the window's start to its end. */
  total: number;
  /** Of these, those that have their result. */
  done: number;
  /** Since this run began, per second; 0 before the first. */
  perSecond: number;
  secondsLeft: number | undefined;
  isOver: boolean;
}

/** Knows how far a replay is from what its group has committed. */
export class ReplayProgress {
  readonly #window: ReplayWindow;
  readonly #startedAtMs: number;
  readonly #total: number;
  #doneBefore: number | undefined;

  constructor(window: ReplayWindow, nowMs: number) {
    this.#window = window;
    this.#startedAtMs = nowMs;
    this.#total = [...window.values()].reduce((sum, { start, end }) => sum + Number(end - start), 0);
  }

  /**
   * @param committed offsets of the group by partition
   * @param passed partitions of which nothing before the end is left to read or in hand, though the last offsets hold
   *   no record (transactions leave such)
   */
  at(committed: ReadonlyMap<number, bigint>, passed: ReadonlySet<number>, nowMs: number): ReplayState {
    let done = 0;
    let isOver = true;
    for (const [partition, { start, end }] of this.#window) {
      const offset = committed.get(partition) ?? start;
      const isThrough = offset >= end || passed.has(partition);
      if (isThrough) done += Number(end - start);
      else if (offset > start) done += Number(offset - start);
      isOver &&= isThrough;
    }
    this.#doneBefore ??= done;
    const seconds = (nowMs - this.#startedAtMs) / 1000;
    const perSecond = seconds > 0 ? (done - this.#doneBefore) / seconds : 0;
    const secondsLeft = perSecond > 0 ? (this.#total - done) / perSecond : undefined;
    return { total: this.#total, done, perSecond, secondsLeft, isOver };
  }
}

const barWidth = 24;

/** `[██████░░░░] 61.2 % · 1,672 of 2,730 frames · 143.2/s · 7 s left` */
export function describeReplay({ total, done, perSecond, secondsLeft }: ReplayState, withBar: boolean): string {
  const share = total === 0 ? 1 : done / total;
  const filled = Math.floor(share * barWidth);
  const bar = withBar ? [`[${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}]`] : [];
  const left = secondsLeft === undefined ? [] : [`${describeSeconds(secondsLeft)} left`];
  const counts = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} frames`;
  return [[...bar, `${(Math.floor(share * 1000) / 10).toFixed(1)} %`].join(' '), counts, `${perSecond.toFixed(1)}/s`]
    .concat(left)
    .join(' · ');
}

function describeSeconds(seconds: number): string {
  if (seconds < 120) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${(minutes / 60).toFixed(1)} h`;
}
