import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { wallClockUs } from '../base/clock.ts';
import { describeError, type FaultCode, fault, isFault, VigilError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { redactSource } from '../base/secrets.ts';
import type { CameraOptions } from './camera-options.ts';
import { CaptureSession } from './capture-session.ts';
import type { Ffmpeg } from './ffmpeg.ts';
import type { FramePublisher, UnpublishedFrames } from './frame-publisher.ts';
import type { FrameReader } from './frame-reader.ts';
import type { CameraPast } from './look-back.ts';
import { createReader } from './open-reader.ts';
import { reconnectDelayMs } from './reconnect-delay.ts';
import { SessionAccount, type SessionOrigin } from './session-account.ts';
import { openingAfter } from './session-id.ts';
import { looksLive } from './source.ts';
import type { StatementSender } from './statement-sender.ts';

export interface CameraCaptureOptions {
  ffmpeg: Ffmpeg;
  camera: CameraOptions;
  pace: 'live' | 'fast';
  publisher: FramePublisher;
  statements: StatementSender;
  logger: Logger;
  /** Time before the n-th attempt to open a live source again; `reconnectDelayMs` unless a test says otherwise. */
  delayMs?: (failures: number, refused: boolean) => number;
  /** What was before this start. */
  past?: CameraPast;
}

const defaultSilenceMs = 10_000;
const statementIntervalMs = 1000;
/** How long frames in memory, and after them the last statement, may still be published once the camera is to close. */
const framesGraceMs = 1000;
const statementGraceMs = 500;

/** Keeps one camera captured: opens its source, opens it again whenever a live one fails, and states what happens. */
export class CameraCapture {
  readonly #options: CameraCaptureOptions;
  readonly #closing = new AbortController();
  /** Sessions with frames on their way or news to state; the last one is the current one. */
  #sessions: SessionAccount[] = [];
  #current: SessionAccount;
  #reader: FrameReader | undefined;
  #running: Promise<void> | undefined;
  #failures = 0;
  #reconnects = 0;
  /** When a live source was last seen to have failed, and by what. */
  #lostSince: { fromUs: number; code: FaultCode } | undefined;

  constructor(options: CameraCaptureOptions) {
    this.#options = options;
    this.#current = this.#begin(looksLive(options.camera.source), originFrom(options.past ?? {}));
  }

  /** @returns when a source that has an end is through, or the camera was closed. @throws the fault that ended such a source */
  run(): Promise<void> {
    this.#running ??= this.#runStating();
    return this.#running;
  }

  /** See `RunningCapture.hold`. */
  hold(isHeld: boolean): void {
    this.#options.publisher.hold(isHeld);
  }

  /** Ends capture: reading stops at once, frames in memory are still published for a short while. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#reader?.interrupt();
    await this.#running?.catch(() => undefined);
  }

  async #runStating(): Promise<void> {
    this.#state();
    const ticker = setInterval(() => this.#state(), statementIntervalMs);
    try {
      await this.#run();
    } finally {
      clearInterval(ticker);
    }
  }

  async #run(): Promise<void> {
    let failure: VigilError | undefined;
    for (;;) {
      failure = await this.#attempt();
      if (this.#closing.signal.aborted || !failure || !this.#current.live) break;
      await this.#pauseAfter(failure);
      if (this.#closing.signal.aborted) break;
    }
    await this.#finish(this.#closing.signal.aborted ? undefined : failure);
  }

  /** Opens the source and captures until it ends or fails. */
  async #attempt(): Promise<VigilError | undefined> {
    try {
      await this.#capture();
      if (!this.#current.live || this.#closing.signal.aborted) return undefined;
      return fault('SOURCE_ENDED', `${redactSource(this.#options.camera.source)} ended its stream`);
    } catch (error) {
      if (error instanceof VigilError) return error;
      return fault(
        'SOURCE_UNREADABLE',
        `${redactSource(this.#options.camera.source)} failed: ${describeError(error)}`,
        {
          cause: error,
        },
      );
    }
  }

  async #capture(): Promise<void> {
    const { ffmpeg, camera, pace, publisher, logger } = this.#options;
    const { signal } = this.#closing;
    let session: CaptureSession | undefined;
    const events = { onDamaged: () => session?.damaged(), onMissing: (frames: number) => session?.missing(frames) };
    const silenceMs = camera.silenceMs ?? defaultSilenceMs;
    const reader = await createReader({ ffmpeg, camera, silenceMs, events });
    try {
      this.#reader = reader;
      if (signal.aborted) return;
      await reader.open();
      const account = this.#opened(reader.live);
      // Whoever goes on with this film after a crash must find its session in the ledger before its first frame.
      if (!reader.live) await Promise.race([this.#options.statements.settled(), this.#afterClosing(0)]);
      const paced = isPaced(camera.source, reader.live, pace);
      const onFirstFrame = () => this.#firstFrame();
      session = new CaptureSession({ ffmpeg, camera, reader, account, publisher, paced, signal, logger, onFirstFrame });
      await session.run();
    } finally {
      this.#reader = undefined;
      await reader.close();
    }
  }

  /** A source that was open before gets a new session; one that never was goes on with the one that says "opening". */
  #opened(live: boolean): SessionAccount {
    if (this.#current.hasRun) {
      this.#current.ended();
      const after = {
        after: this.#current.id,
        reason: 'source' as const,
        ...(this.#lostSince ?? { fromUs: wallClockUs() }),
      };
      this.#current = this.#begin(live, { after, notBeforeUs: openingAfter(this.#current) });
    }
    this.#current.live = live;
    this.#current.reconnects = this.#reconnects;
    this.#current.running();
    this.#state();
    this.#options.logger.info(`capturing ${redactSource(this.#options.camera.source)} as ${this.#options.camera.id}`);
    return this.#current;
  }

  #firstFrame(): void {
    this.#failures = 0;
    this.#lostSince = undefined;
  }

  async #pauseAfter(failure: VigilError): Promise<void> {
    const { logger, delayMs = reconnectDelayMs } = this.#options;
    this.#failures += 1;
    this.#reconnects += 1;
    this.#current.reconnects = this.#reconnects;
    this.#lostSince ??= { fromUs: wallClockUs(), code: failure.code };
    this.#current.failed('reconnecting', failure);
    this.#state();
    const waitMs = delayMs(this.#failures, isFault(failure, 'SOURCE_UNAUTHORIZED'));
    logger.warn({ code: failure.code, inMs: waitMs }, `${failure.message}; trying again`);
    await delay(waitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }

  /** The last statement, after every frame has been acknowledged. @throws the failure, once it is stated */
  async #finish(failure: VigilError | undefined): Promise<void> {
    const { publisher, statements } = this.#options;
    await publisher.whenEmpty(this.#closing.signal);
    await publisher.whenEmpty(AbortSignal.timeout(framesGraceMs));
    this.#giveUp(publisher.stop());
    if (failure) this.#current.failed('failed', failure);
    else this.#current.ended();
    this.#state();
    await Promise.race([statements.settled(), this.#afterClosing(statementGraceMs)]);
    if (!failure) return;
    this.#options.logger.error({ code: failure.code }, failure.message);
    throw failure;
  }

  /** Resolves some time after the camera was told to close. */
  async #afterClosing(graceMs: number): Promise<void> {
    const { signal } = this.#closing;
    if (!signal.aborted) await once(signal, 'abort');
    await delay(graceMs, undefined, { ref: false });
  }

  #giveUp({ unanswered, unsent }: UnpublishedFrames): void {
    const { publisher, logger, camera } = this.#options;
    const count = unanswered + unsent;
    if (count === 0) return;
    this.#current.unanswered(publisher.lossReason, unanswered);
    this.#current.lost(publisher.lossReason, unsent);
    logger.error(`${count} frames of ${camera.id} could not be published before closing`);
  }

  #begin(live: boolean, origin: SessionOrigin): SessionAccount {
    const account = new SessionAccount(this.#options.camera, live, origin);
    this.#sessions.push(account);
    return account;
  }

  /** States what is new, and forgets sessions that are over and fully stated. */
  #state(): void {
    for (const account of this.#sessions) {
      if (account.hasNews) this.#options.statements.say(account.statement());
    }
    this.#sessions = this.#sessions.filter((account) => account === this.#current || !account.isSettled);
  }
}

/** A film's session that capture died in goes on; the session after any other one of a live camera says what lies between. */
function originFrom({ previous, published, notBeforeUs = 0 }: CameraPast): SessionOrigin {
  if (!previous) return { notBeforeUs };
  const { session, openedAtUs, statedAtUs, state, error } = previous;
  if (published) return { resumed: { session, openedAtUs, published } };
  const reason = state === 'ended' ? 'stopped' : state === 'failed' ? 'source' : 'crashed';
  const code = reason === 'source' && error ? { code: error.code } : {};
  return { notBeforeUs, after: { after: session, fromUs: statedAtUs, reason, ...code } };
}

/** Films run at their own speed unless they are to run fast; cameras set their own pace; the test picture has none. */
function isPaced(source: string, live: boolean, pace: 'live' | 'fast'): boolean {
  return live ? source === 'testsrc' : pace === 'live';
}
