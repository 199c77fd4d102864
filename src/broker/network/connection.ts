import type { Socket } from 'node:net';
import { FrameAssembler, FrameError } from './frame-assembler.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { MemoryUser } from './memory-user.ts';

/** Kinds of requests that wait for the disk and nothing else: Produce; what makes partitions part of a transaction. */
export type Lane = 'produce' | 'transaction';

/** The bytes of an answer, or null when the request wants none. */
export type Answer = Buffer[] | null;

export interface ParsedRequest {
  /** Requests of one lane that follow each other run together; undefined: alone. */
  lane: Lane | undefined;
  /** Starts the work; what must keep the order of arrival happens before this returns. */
  execute(): Answer | Promise<Answer>;
}

/** Memory that is lent out for answers. */
export interface SentMemory {
  isLent(part: Buffer): boolean;
  giveBack(part: Buffer): void;
}

/** What a connection needs from the server it belongs to. */
export interface ConnectionHost {
  maxRequestBytes: number;
  budget: MemoryBudget;
  /** Part of an answer has been sent: its memory may be used again. */
  sent: SentMemory;
  /** @throws anything when the bytes are no request that can be answered: the connection is then closed */
  parse(frame: Buffer, connection: Connection): ParsedRequest;
  onClose(connection: Connection): void;
  /** Tells why a connection is closed by the broker. */
  onViolation(connection: Connection, error: unknown): void;
}

interface Pending {
  request: ParsedRequest;
  sizeBytes: number;
  lane: Lane | undefined;
  answer: Buffer[] | undefined;
}

/** More than this waits in the socket rather than in memory. */
const maxPendingRequests = 256;
const maxPendingBytes = 32 * 1024 * 1024;
/** Answers that the client has not taken; over this no further request is started. */
const maxUnsentBytes = 4 * 1024 * 1024;
const noAnswer: Buffer[] = [];

/**
 * One client's connection: requests are answered strictly in the order they came.
 *
 * Like Apache Kafka it works on one request at a time, with one exception that makes waiting for the disk cheap: requests of one
 * lane that follow each other run together, their appends in order, so that one flush acknowledges many. A client that does not read its
 * answers is not read from either.
 */
export class Connection implements MemoryUser {
  readonly socket: Socket;
  readonly remoteHost: string;
  /** What the client says about itself in ApiVersions. */
  clientSoftware = '';
  readonly #host: ConnectionHost;
  readonly #assembler: FrameAssembler;
  readonly #waiting: Pending[] = [];
  readonly #running: Pending[] = [];
  #pendingBytes = 0;
  #unfinishedBytes = 0;
  #movedBytes = 0;
  #isClosed = false;
  #isPumpDue = false;

  constructor(socket: Socket, host: ConnectionHost, idleMs: number) {
    this.socket = socket;
    this.remoteHost = socket.remoteAddress ?? '';
    this.#host = host;
    this.#assembler = new FrameAssembler(host.maxRequestBytes);
    socket.setNoDelay(true);
    socket.setTimeout(idleMs, () => this.#onIdle());
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('drain', () => this.#pump());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#onClosed());
  }

  get isIdle(): boolean {
    return this.#running.length === 0 && this.#waiting.length === 0;
  }

  /** Ends the connection after what has been answered is sent. */
  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  #onIdle(): void {
    if (this.isIdle) this.socket.destroy();
  }

  #onData(chunk: Buffer): void {
    if (this.#isClosed) return;
    this.#movedBytes += chunk.length;
    try {
      this.#assembler.push(chunk, (frame) => this.#accept(frame));
    } catch (error) {
      this.#violate(error);
      return;
    }
    this.#noteUnfinished(this.#assembler.pendingBytes);
    this.#pump();
    this.#holdBack();
  }

  get unfinishedBytes(): number {
    return this.#unfinishedBytes;
  }

  get heldBytes(): number {
    return this.#pendingBytes + this.#unfinishedBytes;
  }

  get movedBytes(): number {
    return this.#movedBytes;
  }

  /** What runs together waits for the disk; what waits behind anything else waits for what the client does. */
  get waitsForClient(): boolean {
    return this.#waiting.length > 0 && this.#running[0]?.lane === undefined;
  }

  #noteUnfinished(bytes: number): void {
    const grown = bytes - this.#unfinishedBytes;
    this.#unfinishedBytes = bytes;
    if (grown !== 0) this.#host.budget.takeUnfinished(this, grown);
  }

  #accept(frame: Buffer): void {
    const request = this.#host.parse(frame, this);
    const sizeBytes = frame.length;
    this.#pendingBytes += sizeBytes;
    this.#host.budget.takeRequest(this, sizeBytes);
    this.#noteUnfinished(0);
    this.#waiting.push({ request, sizeBytes, lane: request.lane, answer: undefined });
  }

  /** Starts every request whose turn it is; what is answered on the way leaves in one write. */
  #pump(): void {
    if (this.#isClosed) return;
    this.socket.cork();
    this.#flush();
    while (!this.#isClosed && this.#mayStartNext()) {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#start(next);
      this.#flush();
    }
    this.socket.uncork();
  }

  #mayStartNext(): boolean {
    const next = this.#waiting[0];
    if (next === undefined || this.socket.writableLength > maxUnsentBytes) return false;
    const last = this.#running.at(-1);
    return last === undefined || (next.lane !== undefined && next.lane === last.lane);
  }

  #start(pending: Pending): void {
    this.#running.push(pending);
    try {
      const answer = pending.request.execute();
      if (answer instanceof Promise) this.#await(pending, answer);
      else pending.answer = answer ?? noAnswer;
    } catch (error) {
      this.#violate(error);
    }
  }

  #await(pending: Pending, answer: Promise<Answer>): void {
    answer.then(
      (value) => {
        pending.answer = value ?? noAnswer;
        if (this.#running[0]?.answer !== undefined) this.#schedulePump();
      },
      (error: unknown) => this.#violate(error),
    );
  }

  /** Answers that become ready together (one flush of the disk acknowledges many) leave in one write. */
  #schedulePump(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      this.#pump();
    });
  }

  #flush(): void {
    for (let first = this.#running[0]; first?.answer !== undefined; first = this.#running[0]) {
      this.#running.shift();
      this.#release(first.sizeBytes);
      for (const part of first.answer) this.#send(part);
    }
  }

  /** What could not be sent is not given back: the system may still be at it. */
  #send(part: Buffer): void {
    const { sent } = this.#host;
    if (!sent.isLent(part)) this.socket.write(part);
    else this.socket.write(part, (error) => error ?? sent.giveBack(part));
  }

  #release(bytes: number): void {
    this.#pendingBytes -= bytes;
    this.#movedBytes += bytes;
    this.#host.budget.takeRequest(this, -bytes);
    if (this.socket.isPaused()) this.resume();
  }

  #holdBack(): void {
    if (this.#isClosed || (this.#host.budget.allows(this) && !this.#hasEnough())) return;
    this.socket.pause();
    this.resume();
  }

  #hasEnough(): boolean {
    return this.#waiting.length + this.#running.length >= maxPendingRequests || this.#pendingBytes >= maxPendingBytes;
  }

  /** Reads on, or as soon as there is memory; not while enough is waiting, which tells when it no longer does. */
  resume(): void {
    if (this.#isClosed || this.#hasEnough()) return;
    if (this.#host.budget.allows(this)) this.socket.resume();
    else this.#host.budget.wait(this);
  }

  giveUp(): void {
    this.#violate(
      new FrameError('Its requests did not arrive, or their answers were not read, while others waited for memory'),
    );
  }

  #violate(error: unknown): void {
    if (this.#isClosed) return;
    this.#host.onViolation(this, error);
    this.socket.destroy();
    this.#onClosed();
  }

  #onClosed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const pendingBytes = this.#pendingBytes;
    this.#pendingBytes = 0;
    this.#noteUnfinished(0);
    this.#host.budget.takeRequest(this, -pendingBytes);
    this.#host.budget.forget(this);
    this.#waiting.length = 0;
    this.#running.length = 0;
    this.#host.onClose(this);
  }
}
