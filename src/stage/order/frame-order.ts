import { CameraOrder } from './camera-order.ts';
import type {
  ArrivedResult,
  CameraOrderState,
  GroupProgress,
  OrderBounds,
  OrderCounts,
  Ordered,
  OrderOptions,
  SessionNews,
  SkipNews,
} from './order-types.ts';
import { SkippedFrames } from './skipped-frames.ts';

const defaultBounds: OrderBounds = { maxFrames: 20_000, maxBytes: 64 * 2 ** 20 };

/**
 * Puts the results of one detector back in order: each camera's results come out in the order of its sessions and
 * frames, each once. A late result is told from one that will never come by how far the detector's group is in every
 * input partition, never by time.
 *
 * Pure: it is told of results, of capture's statements and of the group's progress, and answers with what comes out.
 * What it holds is bounded; at the bound it gives up waiting for the first hole, and says so in a `gap`.
 */
export class FrameOrder<T> {
  readonly #options: Required<OrderOptions>;
  readonly #cameras = new Map<string, CameraOrder<T>>();
  /** The partition of results that a camera is in. */
  readonly #partitionOf = new Map<string, number>();
  readonly #news = new Map<string, SessionNews[]>();
  readonly #skipped = new SkippedFrames();
  readonly #counts: OrderCounts = { released: 0, missing: 0, givenUp: 0, skipped: 0, late: 0, doubled: 0 };
  #arrivals = 0;
  #items: Ordered<T>[] = [];

  constructor({ bounds = defaultBounds, delivery }: OrderOptions) {
    this.#options = { bounds, delivery };
  }

  get counts(): Readonly<OrderCounts> {
    return this.#counts;
  }

  /** To be taken before a progress is: see `GroupProgress`. */
  get ticket(): number {
    return this.#arrivals;
  }

  get heldFrames(): number {
    return this.#sum((camera) => camera.heldFrames);
  }

  get heldBytes(): number {
    return this.#sum((camera) => camera.heldBytes);
  }

  /** Whether something waits that a progress could let out. */
  get wantsProgress(): boolean {
    for (const camera of this.#cameras.values()) if (camera.wantsProgress) return true;
    return false;
  }

  /** What an earlier life kept of a camera of this partition of results; before its first result. */
  restore(camera: string, partition: number, state: CameraOrderState): void {
    this.#open(camera, partition, state);
  }

  /** The cameras of a partition of results that is read by somebody else now, or will be read again. */
  forget(partition: number): void {
    for (const [camera, itsPartition] of this.#partitionOf) {
      if (itsPartition !== partition) continue;
      this.#partitionOf.delete(camera);
      this.#cameras.delete(camera);
    }
  }

  /** Results come in the order of their partition. */
  add(result: ArrivedResult<T>): Ordered<T>[] {
    this.#arrivals++;
    this.#camera(result.camera, result.output.partition).add(result, this.#arrivals);
    return this.#take();
  }

  learn(news: SessionNews): Ordered<T>[] {
    const camera = this.#cameras.get(news.camera);
    if (camera) camera.learn(news, this.#arrivals);
    else this.#remember(news);
    return this.#take();
  }

  /** What an urgent group has discarded holds nothing up. */
  skip(news: SkipNews): Ordered<T>[] {
    this.#skipped.add(news);
    this.#cameras.get(news.camera)?.passSkipped(this.#arrivals);
    return this.#take();
  }

  advance(progress: GroupProgress): Ordered<T>[] {
    for (const camera of this.#cameras.values()) camera.advance(progress);
    return this.#take();
  }

  /** Where reading a partition of results has to begin after a restart, when it was read up to `position`. */
  restartOffset(partition: number, position: bigint): bigint {
    let first = position;
    for (const [name, camera] of this.#cameras) {
      const held = this.#partitionOf.get(name) === partition ? camera.firstHeldOffset : undefined;
      if (held !== undefined && held < first) first = held;
    }
    return first;
  }

  /** What to keep of a camera; it goes with `restartOffset`. Undefined when nothing was seen of it. */
  stateOf(camera: string): CameraOrderState | undefined {
    return this.#cameras.get(camera)?.state();
  }

  #camera(name: string, partition: number): CameraOrder<T> {
    return this.#cameras.get(name) ?? this.#open(name, partition);
  }

  #open(name: string, partition: number, state?: CameraOrderState): CameraOrder<T> {
    const camera = new CameraOrder<T>({
      ...this.#options,
      camera: name,
      counts: this.#counts,
      skippedOf: (session) => this.#skipped.of(name, session),
      emit: (item) => this.#items.push(item),
      state,
    });
    this.#cameras.set(name, camera);
    this.#partitionOf.set(name, partition);
    for (const news of this.#news.get(name) ?? []) camera.learn(news, this.#arrivals);
    this.#news.delete(name);
    camera.passSkipped(this.#arrivals);
    return camera;
  }

  /** Of a camera that has no result yet; of each session only the newest counts. */
  #remember(news: SessionNews): void {
    const others = (this.#news.get(news.camera) ?? []).filter((each) => each.session !== news.session);
    this.#news.set(news.camera, [...others, news]);
  }

  #take(): Ordered<T>[] {
    if (this.#items.length === 0) return none;
    const items = this.#items;
    this.#items = [];
    return items;
  }

  #sum(of: (camera: CameraOrder<T>) => number): number {
    let sum = 0;
    for (const camera of this.#cameras.values()) sum += of(camera);
    return sum;
  }
}

const none: never[] = [];
