import { fault, type VigilError } from '../../base/errors.ts';
import type { DetectorSettings, JpegFrame, Sight } from './detector.ts';
import { type InferenceThread, startInferenceThread } from './inference-thread.ts';

/** Frames per thread: one in the model while the next one is being decoded. */
export const framesPerThread = 2;

/** A thread that ends this often in a row without having answered a frame is given up. */
const mostCrashesInARow = 5;

export interface PoolOptions {
  settings: DetectorSettings;
  threads: number;
  /** Told when a thread ended by itself; another one takes its place. */
  onCrash(error: Error): void;
  /** The module that a thread runs; tests put another one in its place. */
  threadModule?: URL;
}

/** Several threads, each with a session of its own, behind one function. */
export interface InferencePool {
  readonly threads: number;
  /** Rejects when the threads cannot be kept alive; pending frames are rejected with it. */
  readonly failed: Promise<never>;
  /**
   * Looks at one frame on the least busy thread. A frame whose thread dies is tried once more, alone on a thread, so that
   * only the frame that kills is blamed.
   *
   * @throws FRAME_UNDECODABLE, INFERENCE_FAILED when it is the frame's own fault
   * @throws PART_FAILED when the pool is closed or cannot keep its threads alive: the frame was not looked at
   */
  look(frame: JpegFrame): Promise<Sight>;
  close(): Promise<void>;
}

interface Task {
  frame: JpegFrame;
  /** Threads that have died with this frame in hand. */
  deaths: number;
  resolve(sight: Sight): void;
  reject(error: Error): void;
}

interface Seat {
  thread: InferenceThread;
  tasks: Set<Task>;
}

/** @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING as the first thread finds it */
export async function startInferencePool(options: PoolOptions): Promise<InferencePool> {
  const pool = new Pool(options);
  await pool.start();
  return pool;
}

class Pool implements InferencePool {
  readonly threads: number;
  readonly failed: Promise<never>;
  readonly #options: PoolOptions;
  readonly #seats: Seat[] = [];
  readonly #waiting: Task[] = [];
  #crashesInARow = 0;
  #closing = false;
  #fault: VigilError | undefined;
  #fail: (error: VigilError) => void = () => undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.threads = options.threads;
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    // Whoever does not look at it is told by `look`.
    this.failed.catch(() => undefined);
  }

  async start(): Promise<void> {
    const starts = await Promise.allSettled(Array.from({ length: this.threads }, () => this.#addSeat()));
    const failed = starts.find((start) => start.status === 'rejected');
    if (!failed) return;
    await this.close();
    throw failed.reason;
  }

  look(frame: JpegFrame): Promise<Sight> {
    if (this.#fault) return Promise.reject(this.#fault);
    if (this.#closing) return Promise.reject(closed());
    return new Promise<Sight>((resolve, reject) => {
      this.#waiting.push({ frame, deaths: 0, resolve, reject });
      this.#assign();
    });
  }

  async close(): Promise<void> {
    this.#closing = true;
    for (const task of this.#waiting.splice(0)) task.reject(closed());
    await Promise.all(this.#seats.map((seat) => seat.thread.close()));
  }

  async #addSeat(): Promise<void> {
    const { settings, threadModule } = this.#options;
    const thread = await startInferenceThread(settings, threadModule);
    if (this.#closing) return thread.close();
    const seat: Seat = { thread, tasks: new Set() };
    this.#seats.push(seat);
    thread.ended.then((error) => this.#seatEnded(seat, error));
    this.#assign();
  }

  #assign(): void {
    for (let task = this.#waiting[0]; task; task = this.#waiting[0]) {
      const seat = this.#seatFor(task);
      if (!seat) return;
      this.#waiting.shift();
      void this.#run(seat, task);
    }
  }

  /** A suspect frame gets a thread of its own; the others share. */
  #seatFor(task: Task): Seat | undefined {
    const [seat] = this.#seats.toSorted((a, b) => a.tasks.size - b.tasks.size);
    if (!seat) return undefined;
    const shared = [...seat.tasks].every((other) => other.deaths === 0);
    const most = task.deaths > 0 || !shared ? 1 : framesPerThread;
    return seat.tasks.size < most ? seat : undefined;
  }

  async #run(seat: Seat, task: Task): Promise<void> {
    seat.tasks.add(task);
    const outcome = await seat.thread.look(task.frame);
    // Undefined: the thread died; `#seatEnded` sees to the task.
    if (!outcome) return;
    seat.tasks.delete(task);
    this.#crashesInARow = 0;
    if (outcome instanceof Error) task.reject(outcome);
    else task.resolve(outcome);
    this.#assign();
  }

  #seatEnded(seat: Seat, error: Error): void {
    this.#seats.splice(this.#seats.indexOf(seat), 1);
    const tasks = [...seat.tasks];
    if (this.#closing) {
      for (const task of tasks) task.reject(closed());
      return;
    }
    this.#options.onCrash(error);
    this.#crashesInARow += 1;
    for (const task of tasks) this.#judge(task, error);
    void this.#replaceSeat(error);
  }

  #judge(task: Task, error: Error): void {
    task.deaths += 1;
    if (task.deaths < 2) {
      this.#waiting.unshift(task);
      return;
    }
    // The frame is to blame, not the threads.
    this.#crashesInARow = 0;
    task.reject(fault('INFERENCE_FAILED', `the frame ended its thread twice: ${error.message}`, { cause: error }));
  }

  async #replaceSeat(lastError: Error): Promise<void> {
    try {
      if (this.#crashesInARow > mostCrashesInARow) throw lastError;
      await this.#addSeat();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#giveUp(fault('PART_FAILED', `the inference threads cannot be kept alive: ${reason}`, { cause }));
    }
  }

  #giveUp(error: VigilError): void {
    this.#fault = error;
    this.#fail(error);
    for (const task of this.#waiting.splice(0)) task.reject(error);
  }
}

function closed(): VigilError {
  return fault('PART_FAILED', 'the detector was closed before it looked at the frame');
}
