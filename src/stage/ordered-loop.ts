import { setTimeout as delay } from 'node:timers/promises';
import { describeError, isFault } from '../base/errors.ts';
import { decodeLedgerRecord, totalLost } from '../topics/ledger-record.ts';
import type { SkipStatement } from '../topics/skip-statement.ts';
import { topicNames } from '../topics/topic-names.ts';
import { AskingPace } from './order/asking-pace.ts';
import { isSameProgress, type ProgressSource, type TakenProgress } from './order/group-progress.ts';
import type { GroupProgress, SessionNews } from './order/order-types.ts';
import type { RunningPart } from './part.ts';
import type { RecordConsumer, RecordPosition } from './record-consumer.ts';
import { type StateDesk, StateLoop, type StateLoopOptions } from './state-loop.ts';
import type { CameraState } from './state-reader.ts';

/** A desk that works on results in the order of frames. */
export interface OrderedDesk<S> extends StateDesk<S> {
  /** What capture stated of a session. */
  learn(news: SessionNews): void;
  /** What an urgent detector has discarded. */
  skip(statement: SkipStatement): void;
  advance(detector: string, progress: GroupProgress): void;
  /** Detectors of which a progress could let something out, with the ticket to take it under. */
  wantingProgress(): Generator<{ detector: string; ticket: number }>;
  /** Whether somebody waits for what was made. */
  readonly isUrgent: boolean;
}

export interface OrderedLoopOptions<S extends CameraState>
  extends Omit<StateLoopOptions<S>, 'desk' | 'endsOf' | 'lingerMs'> {
  desk: OrderedDesk<S>;
  statements: RecordConsumer;
  progress: ProgressSource;
  /** What somebody waits for may wait this long for company, the rest this long. */
  lingerMs: { urgent: number; rest: number };
}

/** How often is asked how far the detectors are, while something waits for it. */
const progressMs = 100;
const pollMs = 20;
const drainMs = 1000;

interface Waiting {
  detector: string;
  taken: TakenProgress;
  adoptions: number;
}

/**
 * Reads results, and writes what becomes of them. Beside the results the desk is told here what capture and the detectors
 * state, and how far the detectors are.
 */
export class OrderedLoop<S extends CameraState> implements RunningPart {
  readonly done: Promise<void>;
  readonly #options: OrderedLoopOptions<S>;
  readonly #loop: StateLoop<S>;
  readonly #timers: NodeJS.Timeout[] = [];
  #asked = 0;
  readonly #pace = new AskingPace();
  #asking: Promise<void> | undefined;
  #answer: Waiting | undefined;
  /** The last progress of each detector that was handed over, and the detectors that have made none since the one before. */
  readonly #advanced = new Map<string, TakenProgress>();
  readonly #still = new Set<string>();
  #hasFailed = false;
  #closing: Promise<void> | undefined;

  constructor(options: OrderedLoopOptions<S>) {
    const { desk, progress, lingerMs } = options;
    this.#options = options;
    this.#loop = new StateLoop({
      ...options,
      endsOf: (topic) => progress.endsOf(topic),
      lingerMs: () => (desk.isUrgent ? lingerMs.urgent : lingerMs.rest),
    });
    this.#timers.push(setInterval(() => this.#askProgress(), progressMs));
    this.#timers.push(setInterval(() => this.#applyProgress(), pollMs));
    this.done = Promise.all([this.#follow(), this.#readStatements()]).then(() => undefined);
    this.done.catch(() => {});
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #follow(): Promise<void> {
    try {
      await this.#loop.done;
    } catch (error) {
      this.#hasFailed = true;
      await this.close();
      throw error;
    }
  }

  async #readStatements(): Promise<void> {
    const { statements, desk, logger } = this.#options;
    for await (const record of statements) {
      try {
        const entry = decodeLedgerRecord(record);
        if (entry?.kind === 'skip') {
          desk.skip(entry.statement);
          this.#loop.changed();
        }
        if (entry?.kind !== 'session') continue;
        const { camera, session, state, captured, published, ...stated } = entry.statement;
        const isSettled = captured === published + totalLost(stated);
        const isOver = isSettled && state !== 'opening' && state !== 'running';
        desk.learn({ camera, session, published, isOver, mayHoldMore: (stated.unanswered ?? 0) > 0 });
        this.#loop.changed();
      } catch (error) {
        if (!isFault(error, 'RECORD_INVALID')) throw error;
        logger.warn(`${describeError(error)}; it is passed over`);
      }
    }
  }

  #askProgress(): void {
    if (this.#asking || this.#answer || !this.#loop.isSettled) return;
    const wanted = [...this.#options.desk.wantingProgress()];
    // In turn: one that waits for a group that stands still must not keep the others from asking.
    const next = wanted[this.#asked++ % Math.max(1, wanted.length)];
    if (!next || !this.#pace.isDue(next.detector, next.ticket)) return;
    const { detector, ticket } = next;
    const { adoptions } = this.#loop;
    this.#asking = this.#options.progress
      .take(`detect-${detector}`, ticket)
      .then((taken) => {
        this.#answer = { detector, taken, adoptions };
      })
      .catch((error: unknown) => this.#options.logger.debug(describeError(error)))
      .finally(() => {
        this.#asking = undefined;
        this.#applyProgress();
      });
  }

  /** Hands a progress over once the results were read as far as it asks for. */
  #applyProgress(): void {
    const { desk, statements } = this.#options;
    if (!this.#answer || !this.#loop.isSettled) return;
    const { detector, taken, adoptions } = this.#answer;
    if (adoptions === this.#loop.adoptions) {
      if (isBefore(this.#loop.positions(), taken.until) || isBefore(statements.positions(), taken.stated)) return;
      this.#answer = undefined;
      this.#noteStandstill(detector, taken);
      desk.advance(detector, taken);
      this.#loop.changed();
    } else this.#answer = undefined;
  }

  #noteStandstill(detector: string, taken: TakenProgress): void {
    const before = this.#advanced.get(detector);
    this.#advanced.set(detector, taken);
    if (before && isSameProgress(before, taken)) this.#still.add(detector);
    else this.#still.delete(detector);
  }

  /**
   * What was there when the end was ordered is worked on, so far as there is time: a run that ends has all its events.
   * Frames that detectors which have ended did not look at are not waited for: their progress stands still.
   */
  async #drain(): Promise<void> {
    const { desk, progress } = this.#options;
    const deadline = performance.now() + drainMs;
    const asked = progress.endsOf(topicNames.processedImages);
    const ends = (await Promise.race([asked, delay(drainMs, undefined, { ref: false })])) ?? [];
    this.#advanced.clear();
    this.#still.clear();
    const isWaiting = () => [...desk.wantingProgress()].some(({ detector }) => !this.#still.has(detector));
    while ((isBefore(this.#loop.positions(), ends) || isWaiting()) && performance.now() < deadline) {
      this.#askProgress();
      await delay(pollMs);
    }
  }

  async #close(): Promise<void> {
    const { statements, progress } = this.#options;
    if (!this.#hasFailed) await this.#drain().catch(() => {});
    for (const timer of this.#timers) clearInterval(timer);
    await this.#loop.close();
    await Promise.all([statements.close(), progress.close()]);
  }
}

/** Whether a reader has not come as far yet in a partition that it reads. */
function isBefore(positions: readonly RecordPosition[], ends: readonly bigint[]): boolean {
  return positions.some(({ partition, offset }) => offset < (ends[partition] ?? 0n));
}
