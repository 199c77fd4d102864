import { framePartition } from '../../../src/topics/partitioning.ts';
import type { Random } from './random.ts';

/** One frame in the topic of frames. */
export interface LoggedFrame {
  camera: string;
  session: string;
  frame: number;
}

export interface LoggedResult extends LoggedFrame {
  input: { partition: number; offset: number };
}

export interface LoggedStatement {
  camera: string;
  session: string;
  published: number;
  isOver: boolean;
  mayHoldMore?: boolean;
}

export interface WorldOptions {
  delivery: 'exactly-once' | 'at-least-once';
  cameras: readonly string[];
  /** Share of processed frames whose result is lost. */
  lossRate: number;
  /** Whether the group jumps over frames now and then. */
  isUrgent: boolean;
  random: Random;
}

interface Capture {
  camera: string;
  session: string;
  next: number;
  /** Frames below this are acknowledged. */
  published: number;
  partitions: number;
}

const outputPartitions = 2;
const mostPartitions = 12;

/** A made-up Vigil without time: captures, a topic of frames that grows, a group of detectors, topics of results and statements. */
export class World {
  readonly frames: LoggedFrame[][];
  readonly results: LoggedResult[][] = Array.from({ length: outputPartitions }, () => []);
  readonly statements: LoggedStatement[] = [];
  /** Committed offsets of the group. */
  readonly committed: number[];
  /** Sessions of each camera in the order in which they opened. */
  readonly sessions = new Map<string, string[]>();
  readonly #options: WorldOptions;
  readonly #captures = new Map<string, Capture>();
  #clock = 1000;
  #isFinishing = false;

  constructor(options: WorldOptions) {
    this.#options = options;
    const partitions = options.random.between(1, 5);
    this.frames = Array.from({ length: partitions }, () => []);
    this.committed = this.frames.map(() => 0);
    for (const camera of options.cameras) this.#open(camera);
  }

  outputPartitionOf(camera: string): number {
    return this.#options.cameras.indexOf(camera) % outputPartitions;
  }

  /** One thing happens somewhere. */
  step(): void {
    const { random, cameras } = this.#options;
    const capture = this.#captures.get(cameras[random.between(0, cameras.length - 1)] ?? '');
    const dice = random.next();
    if (dice < 0.4 && capture) this.#publish(capture);
    else if (dice < 0.93) this.#process(random.between(0, this.frames.length - 1));
    else if (dice < 0.95 && capture) this.#state(capture, false);
    else if (dice < 0.965 && capture) this.#reopen(capture);
    else if (dice < 0.975 && capture) this.#restartCapture(capture);
    else if (dice < 0.98) this.#grow();
    else if (this.#options.isUrgent) this.#jump();
  }

  /** Every source delivers a little more and ends, and the group reads all there is; nothing more is lost. */
  finish(): void {
    this.#isFinishing = true;
    for (const capture of this.#captures.values()) {
      for (let groups = 0; groups < 10; groups++) this.#publish(capture);
    }
    for (const capture of this.#captures.values()) this.#state(capture, true);
    for (let left = true; left; ) {
      left = false;
      for (const partition of this.frames.keys()) {
        if ((this.committed[partition] ?? 0) >= (this.frames[partition]?.length ?? 0)) continue;
        this.#process(partition);
        left = true;
      }
    }
  }

  #open(camera: string): void {
    const { random, isUrgent, lossRate } = this.#options;
    // A clock that is set back makes ids lie about the order of sessions: then the log tells it,
    // where a session reaches every partition and nothing of it is left out.
    const reached = this.#captures.get(camera)?.published ?? 0;
    const mayGoBack = !isUrgent && lossRate === 0 && reached >= mostPartitions;
    this.#clock += mayGoBack && random.chance(0.15) ? -random.between(1, 40) : random.between(1, 20);
    const session = `${String(this.#clock).padStart(6, '0')}-${random.between(0, 0xffff).toString(16)}`;
    this.#captures.set(camera, { camera, session, next: 0, published: 0, partitions: this.frames.length });
    this.sessions.set(camera, [...(this.sessions.get(camera) ?? []), session]);
  }

  /** A group of frames leaves: those of one partition in order, the partitions in any. Part of it may be sent twice. */
  #publish(capture: Capture): void {
    const { random } = this.#options;
    const { camera, session } = capture;
    const count = random.between(1, 6);
    const group = Array.from({ length: count }, (_, index) => capture.next + index);
    const byPartition = Map.groupBy(group, (frame) => framePartition(camera, frame, capture.partitions));
    const parts = random.shuffled([...byPartition]);
    const append = ([partition, frames]: [number, number[]]) =>
      this.frames[partition]?.push(...frames.map((frame) => ({ camera, session, frame })));
    if (random.chance(0.1)) for (const part of parts.slice(0, random.between(0, parts.length))) append(part);
    for (const part of parts) append(part);
    capture.next += count;
    capture.published = capture.next;
    if (random.chance(0.3)) capture.partitions = this.frames.length;
  }

  #state({ camera, session, published }: Capture, isOver: boolean): void {
    this.statements.push({ camera, session, published, isOver });
  }

  /** No answer came to the last request, which is in the log. */
  #giveUp({ camera, session, published }: Capture): void {
    const answered = Math.max(0, published - this.#options.random.between(1, 6));
    this.statements.push({ camera, session, published: answered, isOver: true, mayHoldMore: true });
  }

  /** The source was lost and is opened anew; or capture crashed, and nobody states the end of the old session. */
  #reopen(capture: Capture): void {
    const { random } = this.#options;
    if (random.chance(0.3)) this.#giveUp(capture);
    else if (random.chance(0.5)) this.#state(capture, true);
    this.#open(capture.camera);
  }

  /** A film goes on in its session, with frames that are not known to be in the log sent again; perhaps after an end was stated. */
  #restartCapture(capture: Capture): void {
    const { random } = this.#options;
    if (random.chance(0.3)) this.#state(capture, true);
    else capture.next = Math.max(0, capture.next - random.between(0, 3));
    capture.published = capture.next;
    capture.partitions = this.frames.length;
  }

  #grow(): void {
    if (this.frames.length > mostPartitions - 3) return;
    for (let more = this.#options.random.between(1, 3); more > 0; more--) {
      this.frames.push([]);
      this.committed.push(0);
    }
  }

  #process(partition: number): void {
    if (this.#options.delivery === 'exactly-once') this.#processOnce(partition);
    else this.#processAtLeastOnce(partition);
  }

  /** Results and offset in one transaction, or nothing at all. */
  #processOnce(partition: number): void {
    const { random } = this.#options;
    const from = this.committed[partition] ?? 0;
    const to = Math.min(this.frames[partition]?.length ?? 0, from + random.between(1, 5));
    if (random.chance(0.05)) return;
    for (let offset = from; offset < to; offset++) this.#answer(partition, offset);
    this.committed[partition] = to;
  }

  /** Results in any order, then the offset; a crash between them means again. */
  #processAtLeastOnce(partition: number): void {
    const { random } = this.#options;
    const from = this.committed[partition] ?? 0;
    const to = Math.min(this.frames[partition]?.length ?? 0, from + random.between(1, 5));
    const offsets = random.shuffled(Array.from({ length: to - from }, (_, index) => from + index));
    const written = random.chance(0.15) ? random.between(0, offsets.length) : offsets.length;
    for (const offset of offsets.slice(0, written)) this.#answer(partition, offset);
    if (written === offsets.length && !random.chance(0.1)) this.committed[partition] = to;
  }

  #answer(partition: number, offset: number): void {
    const { random, lossRate } = this.#options;
    const frame = this.frames[partition]?.[offset];
    if (!frame || (!this.#isFinishing && random.chance(lossRate))) return;
    this.results[this.outputPartitionOf(frame.camera)]?.push({ ...frame, input: { partition, offset } });
  }

  /** An urgent group jumps to the end. */
  #jump(): void {
    for (const [partition, log] of this.frames.entries()) this.committed[partition] = log.length;
  }
}
