import { wallClockUs } from '../base/clock.ts';
import type { VigilError } from '../base/errors.ts';
import { redactSource } from '../base/secrets.ts';
import type { CaptureGap, LossReason, SessionState, SessionStatement } from '../topics/ledger-record.ts';
import type { CameraOptions } from './camera-options.ts';
import type { PublishedFrames } from './look-back.ts';
import { newSessionId } from './session-id.ts';

/** What a session goes on from. */
export interface SessionOrigin {
  /** The film's session that capture was killed in: it is the same one. */
  resumed?: { session: string; openedAtUs: number; published: PublishedFrames };
  /** The session before that of a live camera, and why it is over. */
  after?: Omit<CaptureGap, 'toUs'>;
  /** When a session that follows another one opens at the earliest; see `openingAfter`. */
  notBeforeUs?: number;
}

/** What happened in one session of a camera: counts, state, and the next frame's number. */
export class SessionAccount {
  readonly id: string;
  readonly #camera: CameraOptions;
  readonly #published: PublishedFrames | undefined;
  readonly #gap: CaptureGap | undefined;
  readonly openedAtUs: number;
  readonly #lost: Partial<Record<LossReason, number>> = {};
  #state: SessionState = 'opening';
  #error: SessionStatement['error'];
  #unanswered = 0;
  #captured = 0;
  #numbered = 0;
  #publishedCount = 0;
  #width = 0;
  #height = 0;
  #changed = true;
  #wasOpen = false;
  live: boolean;
  reconnects = 0;

  constructor(camera: CameraOptions, live: boolean, { resumed, after, notBeforeUs = 0 }: SessionOrigin = {}) {
    this.#camera = camera;
    this.live = live;
    this.openedAtUs = resumed?.openedAtUs ?? Math.max(wallClockUs(), notBeforeUs);
    this.id = resumed?.session ?? newSessionId(this.openedAtUs / 1000);
    this.#published = resumed?.published;
    // After a clock was set back nobody knows how long it was.
    this.#gap = after && { ...after, toUs: Math.max(after.fromUs, this.openedAtUs) };
  }

  /** The next frame may be in the log already: the source is gone through again from its beginning. */
  get isReplaying(): boolean {
    return this.#numbered <= (this.#published?.last ?? -1);
  }

  /** Whether the log has a frame from before capture was killed. */
  isInLog(frame: number): boolean {
    return this.#published?.has(frame) ?? false;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Whether the source was open in this session, so that opening it again needs a new one. */
  get hasRun(): boolean {
    return this.#wasOpen;
  }

  /** Whether anything changed since the last statement was taken. */
  get hasNews(): boolean {
    return this.#changed;
  }

  /** Nothing of this session is on its way any more. */
  get isSettled(): boolean {
    return this.#numbered === this.#publishedCount;
  }

  running(): void {
    this.#wasOpen = true;
    this.#set('running');
  }

  ended(): void {
    this.#set('ended', this.#error);
  }

  failed(state: 'reconnecting' | 'failed', { code, message, next }: VigilError): void {
    this.#set(state, { code, message, next });
  }

  /** The source delivered a frame of the wanted rate. */
  captured(): void {
    this.#captured += 1;
    this.#changed = true;
  }

  lost(reason: LossReason, count = 1): void {
    if (count > 0) this.#lost[reason] = (this.#lost[reason] ?? 0) + count;
    this.#changed = true;
  }

  /** Frames that were sent, and given up before the log answered: lost, so far as anybody knows. */
  unanswered(reason: LossReason, count: number): void {
    this.#unanswered += count;
    this.lost(reason, count);
  }

  /** The number of a frame that enters the queue now. */
  number(width: number, height: number): number {
    this.#width = width;
    this.#height = height;
    return this.#numbered++;
  }

  published(): void {
    this.#publishedCount += 1;
    this.#changed = true;
  }

  /** The statement for the ledger as of now. */
  statement(): SessionStatement {
    this.#changed = false;
    const { id: camera, source, fps, note } = this.#camera;
    return {
      camera,
      session: this.id,
      state: this.#state,
      live: this.live,
      source: redactSource(source),
      openedAtUs: this.openedAtUs,
      statedAtUs: wallClockUs(),
      width: this.#width,
      height: this.#height,
      fps,
      captured: this.#captured,
      published: this.#publishedCount,
      lost: { ...this.#lost },
      ...(this.#unanswered > 0 ? { unanswered: this.#unanswered } : {}),
      ...(this.live && this.#gap ? { gap: this.#gap } : {}),
      reconnects: this.reconnects,
      ...(this.#error ? { error: this.#error } : {}),
      ...(note === undefined ? {} : { note }),
    };
  }

  #set(state: SessionState, error?: SessionStatement['error']): void {
    this.#state = state;
    this.#error = error;
    this.#changed = true;
  }
}
