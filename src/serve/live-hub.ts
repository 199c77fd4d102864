import type { SnapshotMessage, ViewMessage } from '../topics/live-message.ts';
import type { SeenResult } from './account-feed.ts';
import { LiveClient, type LiveSocket } from './live-client.ts';
import { encodeLiveFrame, isNewer, type LiveFrame, streamOf } from './live-frame.ts';

/** So long a picture that nobody looks at keeps the fetch in memory that it came in. */
const unseenMs = 1000;

/** Hands each frame to every client that wants it, at once, and keeps the newest of each stream for those who come later. */
export class LiveHub {
  readonly #clients = new Set<LiveClient>();
  readonly #newest = new Map<string, LiveFrame>();
  /** Streams whose newest frame is from before this server and was not sent yet. */
  readonly #unshown = new Set<string>();
  /** The newest result of streams that nobody looks at, not made into a message yet. */
  readonly #unseen = new Map<string, SeenResult>();
  readonly #nowMs: () => number;
  #settledAtMs = 0;
  #snapshot: string | undefined;

  /** @param nowMs a clock that never jumps, milliseconds */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** @param greeting sent first; then the state of things follows */
  add(socket: LiveSocket, greeting: string): LiveClient {
    const client = new LiveClient(socket, this.#nowMs);
    this.#clients.add(client);
    client.tell(greeting);
    if (this.#snapshot !== undefined) client.tell(this.#snapshot);
    this.#offerNewest(client);
    return client;
  }

  remove(client: LiveClient): void {
    this.#clients.delete(client);
  }

  setView(client: LiveClient, view: ViewMessage): void {
    client.setView(view);
    if (view.cameras?.length !== 0) this.#offerNewest(client);
  }

  /** Pictures are copied and sent for those who look; without them, the newest of each stream is kept once a second. */
  see(seen: SeenResult): void {
    const { camera, session, frame } = seen.result.frame;
    const stream = `${camera}/${seen.result.detector}`;
    const waiting = this.#unseen.get(stream)?.result.frame;
    if (waiting && (waiting.session === session ? waiting.frame > frame : waiting.session > session)) return;
    if (seen.isHistory || !this.#isViewed(camera)) {
      this.#unseen.set(stream, seen);
      return;
    }
    this.#unseen.delete(stream);
    this.show(encodeLiveFrame(seen), false);
  }

  /**
   * Frames are looked at by several workers and may come out of order: one that is older than what was shown is left out.
   *
   * @param isHistory kept for whoever looks later, and shown with the next `drain` only
   */
  show(frame: LiveFrame, isHistory: boolean): void {
    const stream = streamOf(frame.header);
    const shown = this.#newest.get(stream);
    if (shown && !isNewer(frame.header, shown.header)) return;
    this.#newest.set(stream, frame);
    if (isHistory) this.#unshown.add(stream);
    else for (const client of this.#clients) client.offer(frame);
  }

  tell(snapshot: SnapshotMessage): void {
    this.#snapshot = JSON.stringify(snapshot);
    for (const client of this.#clients) client.tell(this.#snapshot);
  }

  /** Sends what clients could not take earlier; call it a few times per second. */
  drain(): void {
    if (this.#clients.size > 0 || this.#nowMs() - this.#settledAtMs >= unseenMs) this.#settle();
    for (const stream of this.#unshown) {
      const frame = this.#newest.get(stream);
      if (frame) for (const client of this.#clients) client.offer(frame);
    }
    this.#unshown.clear();
    for (const client of this.#clients) client.drain();
  }

  /** The newest frame of a camera, whichever detector looked at it. */
  newestOf(camera: string): LiveFrame | undefined {
    this.#settle();
    let newest: LiveFrame | undefined;
    for (const frame of this.#newest.values()) {
      if (frame.header.camera === camera && (!newest || isNewer(frame.header, newest.header))) newest = frame;
    }
    return newest;
  }

  #isViewed(camera: string): boolean {
    for (const client of this.#clients) if (client.views(camera)) return true;
    return false;
  }

  /** Makes messages of what nobody looked at. */
  #settle(): void {
    this.#settledAtMs = this.#nowMs();
    for (const seen of this.#unseen.values()) this.show(encodeLiveFrame(seen), true);
    this.#unseen.clear();
  }

  #offerNewest(client: LiveClient): void {
    this.#settle();
    for (const frame of this.#newest.values()) client.offer(frame);
  }
}
