import type { Clock } from '../../base/clock.ts';
import { fault, isFault, type VigilError } from '../../base/errors.ts';
import type { JpegFrame, Sight } from '../inference/detector.ts';
import type { Looker } from '../looker/looker.ts';
import { type BreakerChange, type BreakerPolicy, type BreakerState, CircuitBreaker } from './circuit-breaker.ts';
import { type Question, type RemoteClient, ServerBusy } from './remote-client.ts';
import { SharedRoad } from './shared-road.ts';

export interface RemotePolicy extends BreakerPolicy {
  /** Pause before a frame is sent again: a random part of it, doubled with each failure. */
  firstRetryMs: number;
  longestRetryMs: number;
  /** After so many failures a frame is sent with nothing else under way. */
  failuresToSuspect: number;
  /** After so many the frame is to blame, if the server has answered others meanwhile. */
  failuresToBlame: number;
}

export const defaultPolicy: RemotePolicy = {
  failuresToOpen: 5,
  firstPauseMs: 1000,
  longestPauseMs: 30_000,
  firstRetryMs: 100,
  longestRetryMs: 5000,
  failuresToSuspect: 3,
  failuresToBlame: 6,
};

export interface RemoteLookerOptions {
  client: RemoteClient;
  /** Requests under way at once. */
  concurrency: number;
  clock: Clock;
  /** 0..1 */
  random: () => number;
  policy?: RemotePolicy;
  /** Told of each change of the circuit breaker. */
  onChange: (state: BreakerState, change: BreakerChange) => void;
}

/** When everything ends, what is under way may still be answered for so long. */
const lastAnswersMs = 1500;

/** How the server of a model is, for those who watch. */
export interface ServerHealth {
  /** Its address, without what may be secret. */
  server: string;
  breaker: BreakerState;
  inHand: number;
  error?: { code: string; message: string };
}

/** How a remote model is doing, for metrics and diagnostics. */
export interface RemoteStatus {
  breaker: BreakerState;
  /** Frames that have been given and are not answered. */
  inHand: number;
  /** Of these, those that wait for the server to come back. */
  waiting: number;
  /** Since the start. */
  answered: number;
  retried: number;
  blamed: number;
  lastFailure?: string;
}

/**
 * Looks with a model behind an address. An inference only reads, so whatever goes wrong on the way may be asked again:
 * it is, until the server answers. While it does not, frames wait here and their group lags: none is given up because
 * the server is away. A frame is to blame only when the server says so (a 4xx about it), or when it fails again and
 * again, the last times alone on the road, while the server answers others.
 */
export class RemoteLooker implements Looker {
  readonly model: string;
  readonly concurrency: number;
  readonly failed: Promise<never>;
  readonly #options: RemoteLookerOptions;
  readonly #policy: RemotePolicy;
  readonly #breaker: CircuitBreaker;
  readonly #road = new SharedRoad();
  /** Ends pauses. */
  readonly #waitingEnds = new AbortController();
  /** Ends requests. */
  readonly #ending = new AbortController();
  #fail: (error: VigilError) => void = () => undefined;
  #cancelEnding: () => void = () => undefined;
  #inHand = 0;
  #answered = 0;
  #retried = 0;
  #blamed = 0;
  #lastFailure: string | undefined;

  constructor(options: RemoteLookerOptions) {
    const { client, clock, random, onChange, policy = defaultPolicy } = options;
    this.model = client.model;
    this.concurrency = options.concurrency;
    this.#options = options;
    this.#policy = policy;
    this.#breaker = new CircuitBreaker({ policy, clock, random, onChange, trial: () => this.#trial() });
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined);
  }

  get status(): RemoteStatus {
    return {
      breaker: this.#breaker.state,
      inHand: this.#inHand,
      waiting: this.#breaker.waiting,
      answered: this.#answered,
      retried: this.#retried,
      blamed: this.#blamed,
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
    };
  }

  /** Asks the server what it has. A server that is away may come later. @throws MODEL_SHAPE when it has something else */
  async start(): Promise<void> {
    try {
      await this.#options.client.check(this.#ending.signal);
    } catch (error) {
      if (!isServers(error)) throw error;
      this.#breaker.open(unwrap(error));
    }
  }

  async look(frame: JpegFrame): Promise<Sight> {
    this.#inHand++;
    try {
      return await this.#look(await this.#options.client.prepare(frame));
    } finally {
      this.#inHand--;
    }
  }

  async #look(question: Question): Promise<Sight> {
    const answeredBefore = this.#breaker.successes;
    for (let failures = 0; ; ) {
      const alone = failures >= this.#policy.failuresToSuspect;
      const outcome = await this.#road.run({ alone }, () => this.#ask(question));
      if (!(outcome instanceof Error)) return outcome;
      failures++;
      if (failures >= this.#policy.failuresToBlame && this.#breaker.successes > answeredBefore) {
        this.#blamed++;
        const error = unwrap(outcome);
        const message = `the server failed on this frame ${failures} times while it answered others: ${error.message}`;
        throw fault('INFERENCE_FAILED', message, { cause: error });
      }
      this.#retried++;
      await this.#pause(failures, outcome);
    }
  }

  /** @returns the failure, when it may be asked again. @throws INFERENCE_FAILED, and what is not the server's */
  async #ask(question: Question): Promise<Sight | Error> {
    await this.#breaker.whenClosed();
    const startedMs = this.#options.clock.monotonicMs();
    try {
      const detections = await question.ask(this.#ending.signal);
      this.#breaker.succeeded();
      this.#answered++;
      return { detections, inferenceUs: Math.round((this.#options.clock.monotonicMs() - startedMs) * 1000) };
    } catch (error) {
      if (this.#ending.signal.aborted) throw closed();
      if (isFault(error, 'INFERENCE_FAILED')) {
        this.#breaker.succeeded();
        this.#answered++;
      }
      if (!isServers(error)) throw error;
      this.#lastFailure = error.message;
      this.#breaker.failed(unwrap(error), error instanceof ServerBusy ? error.leaveAloneMs : 0);
      return error;
    }
  }

  /** Full jitter: frames that failed together do not come back together. */
  #pause(failures: number, error: Error): Promise<void> {
    const { clock, random } = this.#options;
    const { firstRetryMs, longestRetryMs } = this.#policy;
    const pauseMs = random() * Math.min(longestRetryMs, firstRetryMs * 2 ** (failures - 1));
    const leaveAloneMs = error instanceof ServerBusy ? error.leaveAloneMs : 0;
    return new Promise((resolve, reject) => {
      const { signal } = this.#waitingEnds;
      const end = (): void => reject(closed());
      const cancel = clock.after(Math.max(pauseMs, leaveAloneMs), () => {
        signal.removeEventListener('abort', end);
        resolve();
      });
      if (signal.aborted) {
        cancel();
        end();
      } else signal.addEventListener('abort', end, { once: true });
    });
  }

  async #trial(): Promise<void> {
    const { client } = this.#options;
    try {
      await client.check(this.#ending.signal);
      await client.trial().ask(this.#ending.signal);
    } catch (error) {
      // It does not like grey, but it answers.
      if (isFault(error, 'INFERENCE_FAILED')) return;
      if (isFault(error, 'MODEL_SHAPE')) this.#fail(error);
      throw unwrap(error);
    }
  }

  giveUpWaiting(): void {
    this.#breaker.end(closed());
    this.#waitingEnds.abort();
    this.#cancelEnding = this.#options.clock.after(lastAnswersMs, () => this.#ending.abort());
  }

  async close(): Promise<void> {
    this.#cancelEnding();
    this.#breaker.end(closed());
    this.#waitingEnds.abort();
    this.#ending.abort();
  }
}

/** Failures of the server or of the way to it: the question may be asked again. */
function isServers(error: unknown): error is Error {
  if (error instanceof ServerBusy) return true;
  return (
    isFault(error, 'MODEL_SERVER_UNREACHABLE') ||
    isFault(error, 'MODEL_SERVER_FAILED') ||
    isFault(error, 'MODEL_ANSWER_INVALID')
  );
}

function unwrap(error: unknown): Error {
  if (error instanceof ServerBusy) return error.fault;
  return error instanceof Error ? error : new Error(String(error));
}

function closed(): VigilError {
  return fault('PART_FAILED', 'the detector was closed before it looked at the frame');
}
