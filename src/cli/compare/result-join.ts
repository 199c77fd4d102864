import { frameId } from '../../topics/frame-record.ts';
import type { Result } from '../../topics/result-record.ts';

export type Side = 'first' | 'second';

export interface JoinOptions {
  /** A frame of which both results are there. */
  onPair(first: Result, second: Result): void;
  /** A frame that only one of the two has answered. */
  onAlone(side: Side, result: Result): void;
  /** A detector answers each partition of the frames in order, but for so many offsets. */
  slack?: number;
  /** Who holds more than this waits for the other. */
  maxHeld?: number;
}

interface Place {
  partition: string;
  offset: number;
}

interface Stream {
  /** Results without their partner, by frame id. */
  waiting: Map<string, { result: Result; place: Place }>;
  /** Highest offset answered, by partition of the frames. */
  reached: Map<string, number>;
  isOver: boolean;
}

const defaultSlack = 1024;
const defaultMaxHeld = 10_000;
/** Looking through what is held costs as much as it holds: not for every result. */
const settleEvery = 256;

/**
 * Joins the results of two detectors by frame, as they are read. A replay takes the partitions of the frames as they come,
 * a live detector the frames as they are captured: what tells that a partner will not come is how far its detector is in
 * the frame's own partition. Who holds more than the other waits, so that no more is held than lies between the two.
 */
export class ResultJoin {
  readonly #options: JoinOptions;
  readonly #slack: number;
  readonly #maxHeld: number;
  readonly #streams: Record<Side, Stream> = { first: newStream(), second: newStream() };
  /** Frames that both have answered not long ago: what comes again is no news. */
  readonly #paired = new Map<string, Place>();
  #sinceSettled = 0;
  #wake: (() => void)[] = [];

  constructor(options: JoinOptions) {
    this.#options = options;
    this.#slack = options.slack ?? defaultSlack;
    this.#maxHeld = options.maxHeld ?? defaultMaxHeld;
  }

  /** Results that are held. */
  get held(): number {
    return this.#streams.first.waiting.size + this.#streams.second.waiting.size;
  }

  /** Resolves when the next result of this side may come. */
  async give(side: Side, result: Result): Promise<void> {
    const [mine, other] = this.#sides(side);
    const place = placeOf(result);
    const reached = mine.reached.get(place.partition) ?? -1;
    // Repeated after a crash: it was here before.
    if (place.offset < reached - this.#slack) return;
    mine.reached.set(place.partition, Math.max(reached, place.offset));
    this.#match(side, result, place);
    if (++this.#sinceSettled >= settleEvery) this.#settle();
    while (mine.waiting.size > this.#maxHeld && mine.waiting.size > other.waiting.size && !other.isOver) {
      // The other may have waited for this very moment: of the two, one always holds less.
      this.#wakeAll();
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** This side has no more. */
  end(side: Side): void {
    this.#streams[side].isOver = true;
    this.#settle();
  }

  #match(side: Side, result: Result, place: Place): void {
    const [mine, other] = this.#sides(side);
    const id = frameId(result.frame);
    const partner = other.waiting.get(id)?.result;
    if (!partner) {
      if (!this.#paired.has(id)) mine.waiting.set(id, { result, place });
      return;
    }
    other.waiting.delete(id);
    this.#paired.set(id, place);
    if (side === 'first') this.#options.onPair(result, partner);
    else this.#options.onPair(partner, result);
  }

  #sides(side: Side): [mine: Stream, other: Stream] {
    const { first, second } = this.#streams;
    return side === 'first' ? [first, second] : [second, first];
  }

  /** Lets go of what cannot find its partner any more, and of whoever waits. */
  #settle(): void {
    this.#sinceSettled = 0;
    for (const side of ['first', 'second'] as const) {
      const [mine, other] = this.#sides(side);
      for (const [id, { result, place }] of mine.waiting) {
        if (!this.#isPassed(other, place)) continue;
        mine.waiting.delete(id);
        this.#options.onAlone(side, result);
      }
    }
    const { first, second } = this.#streams;
    for (const [id, place] of this.#paired) {
      if (this.#isPassed(first, place) && this.#isPassed(second, place)) this.#paired.delete(id);
    }
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  #isPassed({ reached, isOver }: Stream, { partition, offset }: Place): boolean {
    return isOver || offset < (reached.get(partition) ?? -1) - this.#slack;
  }
}

function newStream(): Stream {
  return { waiting: new Map(), reached: new Map(), isOver: false };
}

function placeOf({ frameRef }: Result): Place {
  const slash = frameRef.lastIndexOf('/');
  return { partition: frameRef.slice(0, slash), offset: Number(frameRef.slice(slash + 1)) };
}
