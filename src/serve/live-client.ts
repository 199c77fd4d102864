import type { ViewMessage } from '../topics/live-message.ts';
import { type LiveFrame, streamOf } from './live-frame.ts';

/** What the feed needs of a WebSocket; the one of `ws` fits. */
export interface LiveSocket {
  /** Bytes handed over and not yet taken by the system. */
  readonly bufferedAmount: number;
  readonly readyState: number;
  /** @param sent called when the bytes were taken by the system, or failed to be */
  send(data: string | Buffer, sent: () => void): void;
}

const openState = 1;
/** More than this on its way to a client, and its frames wait: the newest of each stream, no other. */
const fullBytes = 256 * 1024;
/** Frames do not come at exact intervals: this share of the wanted interval is enough. */
const intervalSlack = 0.9;

/**
 * One browser. It never holds more than the socket's bounded buffer, one waiting text and one waiting frame of each
 * stream; what it cannot take in time it does not get, and nobody else notices.
 */
export class LiveClient {
  readonly #socket: LiveSocket;
  readonly #nowMs: () => number;
  readonly #waiting = new Map<string, LiveFrame>();
  readonly #sentAtMs = new Map<string, number>();
  #waitingText: string | undefined;
  #cameras: ReadonlySet<string> | undefined;
  #intervalMs = 0;

  /** @param nowMs a clock that never jumps, milliseconds */
  constructor(socket: LiveSocket, nowMs: () => number) {
    this.#socket = socket;
    this.#nowMs = nowMs;
  }

  setView({ cameras, maxFps }: ViewMessage): void {
    this.#cameras = cameras === undefined ? undefined : new Set(cameras);
    this.#intervalMs = maxFps === undefined ? 0 : (1000 / maxFps) * intervalSlack;
    for (const [stream, frame] of this.#waiting) if (!this.views(frame.header.camera)) this.#waiting.delete(stream);
  }

  /** Whether it wants pictures of the camera. */
  views(camera: string): boolean {
    return this.#cameras === undefined || this.#cameras.has(camera);
  }

  /** Sends the frame now, or once there is room for it and its time has come, unless a newer one is offered before. */
  offer(frame: LiveFrame): void {
    if (!this.views(frame.header.camera)) return;
    const stream = streamOf(frame.header);
    const nowMs = this.#nowMs();
    if (this.#isFull || nowMs < this.#dueAtMs(stream)) {
      this.#waiting.set(stream, frame);
      return;
    }
    this.#waiting.delete(stream);
    this.#sentAtMs.set(stream, nowMs);
    this.#send(frame.message);
  }

  /** Texts replace each other while the client is slow: each says everything. */
  tell(text: string): void {
    if (this.#isFull) this.#waitingText = text;
    else this.#send(text);
  }

  /** Sends what waits, as far as there is room. */
  drain(): void {
    if (this.#waitingText !== undefined && !this.#isFull) {
      const text = this.#waitingText;
      this.#waitingText = undefined;
      this.#send(text);
    }
    for (const frame of [...this.#waiting.values()]) {
      if (this.#isFull) return;
      this.offer(frame);
    }
  }

  get #isFull(): boolean {
    return this.#socket.bufferedAmount > fullBytes;
  }

  #dueAtMs(stream: string): number {
    return (this.#sentAtMs.get(stream) ?? Number.NEGATIVE_INFINITY) + this.#intervalMs;
  }

  #send(data: string | Buffer): void {
    if (this.#socket.readyState !== openState) return;
    this.#socket.send(data, () => {
      if (this.#waiting.size > 0 || this.#waitingText !== undefined) this.drain();
    });
  }
}
