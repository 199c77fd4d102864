import type { FrameBitmap } from '../frame-bitmap.ts';
import { ClosingWatch } from './closing-watch.ts';
import { FramePartitions } from './frame-partitions.ts';
import type {
  ArrivedResult,
  CameraOrderState,
  GapReason,
  GroupProgress,
  OrderCounts,
  Ordered,
  OrderOptions,
  Reach,
  SessionMark,
  SessionNews,
} from './order-types.ts';
import { SessionOrder, type SessionOutput } from './session-order.ts';

export interface CameraOrderOptions<T> extends Required<OrderOptions> {
  camera: string;
  counts: OrderCounts;
  /** The frames of a session that its detector's group has discarded. */
  skippedOf: (session: string) => FrameBitmap;
  emit: (item: Ordered<T>) => void;
  /** Of an earlier life; left out: none. */
  state?: CameraOrderState | undefined;
}

const countOfGap = { 'never-came': 'missing', 'held-too-much': 'givenUp', skipped: 'skipped' } as const;
const keptClosed = 16;
const nothingStated = { published: 0, isOver: false, mayHoldMore: false };

/** One camera: its sessions one after the other, each in the order of its frames. */
export class CameraOrder<T> {
  readonly #options: CameraOrderOptions<T>;
  readonly #partitions: FramePartitions;
  readonly #output: SessionOutput<T>;
  readonly #stated = new Map<string, Omit<SessionNews, 'camera' | 'session'>>();
  /** Sessions that come after the current one. */
  readonly #waiting = new Map<string, SessionOrder<T>>();
  readonly #closed: SessionMark[];
  #current: SessionOrder<T> | undefined;
  #isEnded: boolean;
  /** Waits until nothing more can come of the current session, which is over. */
  #end: ClosingWatch | undefined;
  /** Waits until nothing more can come of any session before the waiting ones. */
  #start: ClosingWatch | undefined;
  #readThrough: bigint;
  readonly #readBefore: bigint;
  readonly #waitingBefore: ReadonlySet<string>;

  constructor(options: CameraOrderOptions<T>) {
    this.#options = options;
    this.#partitions = new FramePartitions(options.camera);
    this.#output = this.#makeOutput(options);
    const { state } = options;
    for (const count of state?.partitionCounts ?? []) this.#partitions.learn(count);
    if (state?.current) this.#current = this.#open(state.current);
    this.#isEnded = state?.isEnded ?? false;
    this.#closed = [...(state?.closed ?? [])];
    this.#readBefore = BigInt(state?.readThrough ?? 0);
    this.#readThrough = this.#readBefore;
    this.#waitingBefore = new Set(state?.waiting);
  }

  get heldFrames(): number {
    return this.#sessions().reduce((sum, session) => sum + session.heldFrames, 0);
  }

  get heldBytes(): number {
    return this.#sessions().reduce((sum, session) => sum + session.heldBytes, 0);
  }

  /** Whether knowing how far the group is could let something out. */
  get wantsProgress(): boolean {
    return this.#start !== undefined || this.#end !== undefined || this.#current?.mayBePassed === true;
  }

  /** The least offset among the results that are held: from there they have to be read again after a restart. */
  get firstHeldOffset(): bigint | undefined {
    let first: bigint | undefined;
    for (const session of this.#sessions()) {
      for (const { result } of session.held()) {
        if (first === undefined || result.output.offset < first) first = result.output.offset;
      }
    }
    return first;
  }

  add(result: ArrivedResult<T>, arrival: number): void {
    const isReadAgain = result.output.offset < this.#readBefore;
    this.#forgetEndBefore(result);
    if (result.output.offset >= this.#readThrough) this.#readThrough = result.output.offset + 1n;
    const session = this.#current?.session === result.session ? this.#current : this.#waitingFor(result, isReadAgain);
    if (!session) return;
    if (result.frame < session.next || session.isHeld(result.frame)) {
      if (!isReadAgain) this.#refuse(result, session.mark());
    } else if (session === this.#current && result.frame === session.next) {
      session.release(result);
      session.releaseRun();
      this.#considerEnd(arrival);
    } else {
      session.hold(result, arrival);
      // Whatever comes before it lies in the log by now.
      if (session !== this.#current && session.heldFrames === 1) this.#start = new ClosingWatch(arrival);
      this.#keepBounds();
    }
  }

  /** @param arrivals results that arrived so far */
  learn({ session, published, isOver, mayHoldMore = false }: Omit<SessionNews, 'camera'>, arrivals: number): void {
    if (this.#closed.some((mark) => mark.session === session)) return;
    const isNews = this.#stated.get(session)?.published !== published;
    if (isNews && session === this.#current?.session) this.#end = undefined;
    this.#stated.set(session, { published, isOver, mayHoldMore });
    this.#considerEnd(arrivals);
  }

  /** More is known to have been discarded. @param arrivals results that arrived so far */
  passSkipped(arrivals: number): void {
    this.#current?.releaseRun();
    this.#considerEnd(arrivals);
  }

  advance(progress: GroupProgress): void {
    this.#partitions.learn(progress.ends.length);
    const reach = this.#reachOf(progress);
    this.#current?.advance(reach);
    this.#considerEnd(progress.ticket);
    if (this.#end?.isReached(progress, reach, [])) this.#tellEnd('never-came');
    const waiting = [...this.#waiting.values()];
    // What lies before the frames of later sessions is of earlier ones; that needs to know which session is later.
    const later = isOrderKnown(waiting) ? waiting : [];
    if (this.#start?.isReached(progress, reach, later)) {
      this.#goOn('never-came', progress.ticket);
      this.#current?.advance(reach);
    }
    this.#keepBounds();
  }

  state(): CameraOrderState {
    return {
      current: this.#current?.mark(),
      isEnded: this.#isEnded,
      waiting: this.#waitingSessions(),
      closed: [...this.#closed],
      readThrough: String(this.#readThrough),
      partitionCounts: [...this.#partitions.counts],
    };
  }

  /** While what was read before a restart is being read again, also the sessions that are still to come up. */
  #waitingSessions(): string[] {
    const isReadingAgain = this.#readThrough <= this.#readBefore;
    const past = new Set([this.#current?.session, ...this.#closed.map(({ session }) => session)]);
    const before = isReadingAgain ? [...this.#waitingBefore].filter((session) => !past.has(session)) : [];
    return [...new Set([...before, ...this.#waiting.keys()])];
  }

  #makeOutput({ camera, counts, emit }: CameraOrderOptions<T>): SessionOutput<T> {
    return {
      result: (session, frame, payload) => {
        this.#resumeIfEnded(session);
        counts.released++;
        emit({ type: 'result', camera, session, frame, payload });
      },
      gap: (session, from, to, reason) => {
        this.#resumeIfEnded(session);
        counts[countOfGap[reason]] += to - from + 1;
        emit({ type: 'gap', camera, session, from, to, reason });
      },
    };
  }

  #sessions(): SessionOrder<T>[] {
    return this.#current ? [this.#current, ...this.#waiting.values()] : [...this.#waiting.values()];
  }

  #open(mark: SessionMark): SessionOrder<T> {
    return new SessionOrder(mark, {
      partitions: this.#partitions,
      output: this.#output,
      skipped: this.#options.skippedOf(mark.session),
    });
  }

  /** The later session that the result is of; undefined when it is of an earlier one. */
  #waitingFor(result: ArrivedResult<T>, isReadAgain: boolean): SessionOrder<T> | undefined {
    const { session } = result;
    const known = this.#waiting.get(session);
    if (known) return known;
    const closed = this.#closed.find((mark) => mark.session === session);
    if (closed || this.#current?.isAfter(result)) {
      if (!isReadAgain) this.#refuse(result, closed ?? newSession(session));
      return undefined;
    }
    if (isReadAgain && !this.#waitingBefore.has(session)) return undefined;
    const opened = this.#open(newSession(session));
    this.#waiting.set(session, opened);
    return opened;
  }

  /** Names a result that comes too late; one that came before is only counted. */
  #refuse({ session, frame }: ArrivedResult<T>, { next, gaps }: SessionMark): void {
    const { counts, emit, camera } = this.#options;
    const isLate =
      frame >= next ? !this.#isWaitingFor(session, frame) : gaps.some(([a, b]) => frame >= a && frame <= b);
    if (!isLate) {
      counts.doubled++;
      return;
    }
    counts.late++;
    emit({ type: 'late', camera, session, frame });
  }

  #isWaitingFor(session: string, frame: number): boolean {
    return this.#sessions().some((each) => each.session === session && each.isHeld(frame));
  }

  /** A film that was stopped and goes on: what was stated of its end is outdated. */
  #forgetEndBefore({ session, frame }: ArrivedResult<T>): void {
    const stated = this.#stated.get(session);
    if (!stated?.isOver || stated.mayHoldMore || frame < stated.published) return;
    this.#stated.set(session, { ...stated, isOver: false });
    if (session === this.#current?.session) this.#end = undefined;
  }

  /** A session whose end was told goes on: its source was opened again where it had stopped. */
  #resumeIfEnded(session: string): void {
    if (!this.#isEnded) return;
    this.#isEnded = false;
    this.#options.emit({ type: 'session-began', camera: this.#options.camera, session });
  }

  #considerEnd(arrivals: number): void {
    const session = this.#current;
    if (!session) return;
    const { published, isOver, mayHoldMore } = this.#stated.get(session.session) ?? nothingStated;
    const isThrough = session.next >= published && session.heldFrames === 0;
    if (!isOver) this.#end = undefined;
    else if (isThrough && (this.#isEnded || !mayHoldMore)) this.#tellEnd('never-came');
    else this.#end ??= new ClosingWatch(arrivals);
  }

  #tellEnd(reason: GapReason): void {
    const session = this.#current;
    this.#end = undefined;
    if (!session) return;
    session.finish(this.#stated.get(session.session)?.published ?? 0, reason);
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#options.emit({ type: 'session-ended', camera: this.#options.camera, session: session.session });
  }

  /** Closes the current session and begins the next one. */
  #goOn(reason: GapReason, arrivals: number): void {
    this.#closeCurrent(reason);
    const session = earliest([...this.#waiting.values()]);
    this.#start = undefined;
    if (!session) return;
    this.#waiting.delete(session.session);
    this.#current = session;
    this.#isEnded = false;
    if (this.#waiting.size > 0) this.#start = new ClosingWatch(arrivals);
    this.#options.emit({ type: 'session-began', camera: this.#options.camera, session: session.session });
    session.releaseRun();
    this.#considerEnd(arrivals);
  }

  #closeCurrent(reason: GapReason): void {
    if (!this.#current) return;
    this.#tellEnd(reason);
    this.#closed.push(this.#current.mark());
    if (this.#closed.length > keptClosed) this.#closed.shift();
    this.#stated.delete(this.#current.session);
    this.#current = undefined;
  }

  /** Rather than hold without limit, gives the first hole up. */
  #keepBounds(): void {
    const { maxFrames, maxBytes } = this.#options.bounds;
    while (this.heldFrames > maxFrames || this.heldBytes > maxBytes) {
      if ((this.#current?.heldFrames ?? 0) > 0) this.#current?.skipHole('held-too-much');
      else this.#goOn('held-too-much', Number.MAX_SAFE_INTEGER);
    }
  }

  #reachOf({ ticket, ends, processed }: GroupProgress): Reach {
    const proven = [...processed];
    if (this.#options.delivery === 'exactly-once') {
      for (const session of this.#sessions()) {
        for (const { result, arrival } of session.held()) {
          const { partition, offset } = result.input;
          if (arrival <= ticket && offset >= (proven[partition] ?? 0n)) proven[partition] = offset + 1n;
        }
      }
    }
    return { ticket, partitionCount: ends.length, processed: (partition) => proven[partition] ?? 0n };
  }
}

function newSession(session: string): SessionMark {
  return { session, next: 0, gaps: [], isMappingUnknown: false };
}

function isOrderKnown<T>(sessions: readonly SessionOrder<T>[]): boolean {
  return sessions.every((each) => sessions.every((other) => each === other || each.isBefore(other) !== undefined));
}

/** Sessions lie one after the other in every input partition; where they share none, their ids tell: these are times. */
function earliest<T>(sessions: readonly SessionOrder<T>[]): SessionOrder<T> | undefined {
  return sessions.reduce<SessionOrder<T> | undefined>((first, each) => {
    if (!first) return each;
    return (each.isBefore(first) ?? each.session < first.session) ? each : first;
  }, undefined);
}
