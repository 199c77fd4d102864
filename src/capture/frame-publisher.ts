import { setTimeout as delay } from 'node:timers/promises';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { hasKafkaError } from '../stage/kafka-errors.ts';
import type { RecordProducer } from '../stage/record-producer.ts';
import { encodeFrame, type Frame } from '../topics/frame-record.ts';
import type { LossReason } from '../topics/ledger-record.ts';

export interface FramePublisherOptions {
  producer: RecordProducer;
  /** Partitions of `raw_video_frames`. */
  partitions: number;
  /** Bytes of JPEG that may wait for their acknowledgement. */
  maxBufferedBytes: number;
  logger: Logger;
  /** Longest wait between two attempts while the broker refuses or is away. */
  maxRetryDelayMs?: number;
  /** Which of these frames the log has; asked before frames are sent again after a request that failed. */
  findPublished?: (frames: readonly Frame[]) => Promise<readonly Frame[]>;
}

/** How many frames were never acknowledged. */
export interface UnpublishedFrames {
  /** They were sent: the log may hold them. */
  unanswered: number;
  unsent: number;
}

interface Waiting {
  frame: Frame;
  onAcknowledged: () => void;
}

const firstRetryDelayMs = 100;
const maxRequestBytes = 8 * 2 ** 20;
const maxRequestFrames = 64;

/**
 * The bounded queue between one camera and the log. Frames leave it in order and only once acknowledged: one request is
 * under way at a time and takes all that has gathered meanwhile, so that a request tried again never overtakes.
 */
export class FramePublisher {
  readonly #options: FramePublisherOptions;
  readonly #queue: Waiting[] = [];
  readonly #stopped = new AbortController();
  #bufferedBytes = 0;
  #isSending = false;
  /** So many of the first were given to the producer, which has not said yet what became of them. */
  #sent = 0;
  #isHeld = false;
  #changed = Promise.withResolvers<void>();
  #lastFailure: unknown;

  constructor(options: FramePublisherOptions) {
    this.#options = options;
  }

  /** Whether another frame may be added. */
  get hasRoom(): boolean {
    return !this.#isHeld && this.#bufferedBytes < this.#options.maxBufferedBytes;
  }

  /** Frames not acknowledged yet. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Why there is no room. */
  get lossReason(): LossReason {
    if (this.#isHeld) return 'retention-hold';
    const failure = this.#lastFailure ?? this.#options.producer.trouble;
    const isDiskFull = isFault(failure, 'DISK_FULL') || hasKafkaError(failure, 'KAFKA_STORAGE_ERROR');
    return isDiskFull ? 'disk-full' : 'buffer-full';
  }

  /** Takes no new frames, or takes them again; what waits is sent all the same. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#wake();
  }

  /** Resolves when there is room, or when the signal aborts. */
  async whenRoom(signal: AbortSignal): Promise<void> {
    while (!this.hasRoom && !signal.aborted) await this.#changedOr(signal);
  }

  /** Resolves when every frame is acknowledged, or when the signal aborts. */
  async whenEmpty(signal: AbortSignal): Promise<void> {
    while (this.#queue.length > 0 && !signal.aborted) await this.#changedOr(signal);
  }

  /** Takes a numbered frame; `onAcknowledged` is called once the broker has it. */
  add(frame: Frame, onAcknowledged: () => void): void {
    this.#queue.push({ frame, onAcknowledged });
    this.#bufferedBytes += frame.jpeg.length;
    if (!this.#isSending) void this.#sendAll();
  }

  /** Stops trying. */
  stop(): UnpublishedFrames {
    this.#stopped.abort();
    const left = this.#queue.splice(0).length;
    this.#bufferedBytes = 0;
    this.#wake();
    return { unanswered: this.#sent, unsent: left - this.#sent };
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    let failures = 0;
    while (this.#queue.length > 0 && !this.#stopped.signal.aborted) {
      try {
        if (failures > 0) await this.#forgetPublished();
        const group = this.#nextGroup();
        this.#sent = group.length;
        await this.#options.producer.send(group.map(({ frame }) => encodeFrame(frame, this.#options.partitions)));
        if (failures > 0) this.#options.logger.info({ waiting: this.#queue.length }, 'the log takes frames again');
        failures = 0;
        this.#lastFailure = undefined;
        this.#acknowledge(group);
      } catch (error) {
        failures += 1;
        await this.#waitAfter(error, failures);
      }
    }
    // In the same turn as the check above: a frame added from now on starts the next round.
    this.#isSending = false;
  }

  /** A request that failed may have left some of its frames in the log. */
  async #forgetPublished(): Promise<void> {
    const there = await this.#options.findPublished?.(this.#nextGroup().map(({ frame }) => frame));
    const isThere = ({ frame }: Waiting) => there?.includes(frame) ?? false;
    this.#sent = 0;
    for (const { frame, onAcknowledged } of this.#queue.filter(isThere)) {
      this.#bufferedBytes -= frame.jpeg.length;
      onAcknowledged();
    }
    this.#queue.splice(0, this.#queue.length, ...this.#queue.filter((each) => !isThere(each)));
    this.#wake();
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    const end = this.#queue.findIndex(({ frame }, index) => {
      bytes += frame.jpeg.length;
      return index >= maxRequestFrames || (index > 0 && bytes > maxRequestBytes);
    });
    return this.#queue.slice(0, end < 0 ? undefined : end);
  }

  #acknowledge(group: readonly Waiting[]): void {
    if (this.#stopped.signal.aborted) return;
    this.#sent = 0;
    this.#queue.splice(0, group.length);
    for (const { frame, onAcknowledged } of group) {
      this.#bufferedBytes -= frame.jpeg.length;
      onAcknowledged();
    }
    this.#wake();
  }

  async #waitAfter(error: unknown, failures: number): Promise<void> {
    this.#lastFailure = error;
    if (this.#stopped.signal.aborted) return;
    const reason = describeError(error);
    if (failures === 1) this.#options.logger.warn(`frames wait in memory, the log does not take them: ${reason}`);
    const longestMs = this.#options.maxRetryDelayMs ?? 2000;
    const waitMs = Math.min(longestMs, firstRetryDelayMs * 2 ** Math.min(failures - 1, 10));
    await delay(waitMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #changedOr(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const settle = (): void => {
        signal.removeEventListener('abort', settle);
        resolve();
      };
      signal.addEventListener('abort', settle, { once: true });
      void this.#changed.promise.then(settle);
    });
  }
}
