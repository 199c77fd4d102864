import type { Clock } from '../base/clock.ts';
import { type FaultCode, fault, type VigilError } from '../base/errors.ts';

/** The fault with which a part ended, as it travels between processes. */
export interface PartFault {
  code: FaultCode;
  message: string;
  next: string;
}

/** How a part's process ended. */
export interface PartExit {
  /** Exit code; null when a signal ended it. */
  code: number | null;
  signal: string | null;
  fault?: PartFault;
}

/** A part that is running; what supervision needs of its process. */
export interface PartProcess {
  /** Asks for a graceful end. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

/** What a part's process reports. `exited` is the last call and comes exactly once, also when it could not be started. */
export interface PartListener {
  ready(): void;
  /** It has nothing left to do and will exit by itself. */
  finished(): void;
  exited(exit: PartExit): void;
}

export interface PartSpec {
  name: string;
  spawn(listener: PartListener): PartProcess;
}

export type PartEvent =
  | { type: 'ready'; part: string; restarts: number }
  | { type: 'died'; part: string; exit: PartExit; restartInMs: number }
  | { type: 'gave-up'; part: string; exit: PartExit; error: VigilError }
  | { type: 'finished'; part: string }
  | { type: 'killed'; part: string };

export interface SupervisionPolicy {
  /** Waiting time before the first, second … restart in a row; the last one repeats. */
  restartDelaysMs: readonly number[];
  /** A part that ran this long starts again at the first waiting time. */
  steadyAfterMs: number;
  /** Deaths in a row before giving up a part that was never ready, and one that was. */
  giveUpAfter: { neverReady: number; onceReady: number };
  /** Whether the fault will be the same after a restart. */
  isPermanent(fault: PartFault, wasReady: boolean): boolean;
}

/** waiting: dead, to be started again; finished, failed and stopped are final. */
export type PartState = 'starting' | 'running' | 'waiting' | 'finished' | 'failed' | 'stopped';

interface Options {
  spec: PartSpec;
  policy: SupervisionPolicy;
  clock: Clock;
  onEvent: (event: PartEvent) => void;
}

/** Keeps one part running: starts it, starts it again when it dies, gives up when that cannot help. */
export class SupervisedPart {
  readonly name: string;
  /** Resolves when the part is ready, or finished, for the first time; rejects when it is given up or stopped before. */
  readonly whenReady: Promise<void>;
  /** Resolves when the part is finished, failed or stopped; never rejects. */
  readonly whenOver: Promise<void>;
  readonly #options: Options;
  readonly #ready = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  #state: PartState = 'starting';
  #process: PartProcess | undefined;
  #cancelRestart: (() => void) | undefined;
  #readyAtMs: number | undefined;
  #wasReady = false;
  #isFinished = false;
  #isStopping = false;
  #deathsInARow = 0;
  #restarts = 0;

  constructor(options: Options) {
    this.#options = options;
    this.name = options.spec.name;
    this.whenReady = this.#ready.promise;
    this.whenOver = this.#over.promise;
    this.whenReady.catch(() => {});
    this.#spawn();
  }

  get state(): PartState {
    return this.#state;
  }

  /** No restart from now on; a running process is asked to end. */
  stop(): void {
    if (!this.#isStopping && this.#endRestarts()) this.#process?.stop();
  }

  /** Ends the process at once, and for good. */
  kill(): void {
    if (!this.#endRestarts()) return;
    this.#options.onEvent({ type: 'killed', part: this.name });
    this.#process?.kill();
  }

  /** @returns whether there is a process that has to end */
  #endRestarts(): boolean {
    if (this.#isOver()) return false;
    this.#isStopping = true;
    this.#cancelRestart?.();
    if (this.#state !== 'waiting') return true;
    this.#end('stopped');
    return false;
  }

  #spawn(): void {
    this.#state = 'starting';
    this.#readyAtMs = undefined;
    let isThis = true;
    this.#process = this.#options.spec.spawn({
      ready: () => isThis && this.#becameReady(),
      finished: () => {
        this.#isFinished = true;
      },
      exited: (exit) => {
        if (isThis) this.#exited(exit);
        isThis = false;
      },
    });
  }

  #becameReady(): void {
    if (this.#state !== 'starting') return;
    this.#state = 'running';
    this.#wasReady = true;
    this.#readyAtMs = this.#options.clock.monotonicMs();
    this.#options.onEvent({ type: 'ready', part: this.name, restarts: this.#restarts });
    this.#ready.resolve();
  }

  #exited(exit: PartExit): void {
    this.#process = undefined;
    if (this.#isStopping) this.#end('stopped');
    else if (this.#isFinished && exit.code === 0) this.#end('finished');
    else this.#died(exit);
  }

  #died(exit: PartExit): void {
    this.#isFinished = false;
    if (this.#ranSteadily()) this.#deathsInARow = 0;
    this.#deathsInARow++;
    const error = this.#reasonToGiveUp(exit);
    if (error) this.#giveUp(exit, error);
    else this.#restartLater(exit);
  }

  #ranSteadily(): boolean {
    const { clock, policy } = this.#options;
    return this.#readyAtMs !== undefined && clock.monotonicMs() - this.#readyAtMs >= policy.steadyAfterMs;
  }

  #reasonToGiveUp(exit: PartExit): VigilError | undefined {
    const { isPermanent, giveUpAfter } = this.#options.policy;
    if (exit.fault && isPermanent(exit.fault, this.#wasReady)) {
      return fault(exit.fault.code, exit.fault.message, { next: exit.fault.next });
    }
    const patience = this.#wasReady ? giveUpAfter.onceReady : giveUpAfter.neverReady;
    if (this.#deathsInARow < patience) return undefined;
    const times = `${this.#deathsInARow} times in a row`;
    return fault('PART_FAILED', `${this.name} ended ${times}, the last time by ${describeExit(exit)}`);
  }

  #giveUp(exit: PartExit, error: VigilError): void {
    this.#ready.reject(error);
    this.#end('failed');
    this.#options.onEvent({ type: 'gave-up', part: this.name, exit, error });
  }

  #restartLater(exit: PartExit): void {
    const { restartDelaysMs } = this.#options.policy;
    const restartInMs = restartDelaysMs[Math.min(this.#deathsInARow, restartDelaysMs.length) - 1] ?? 0;
    this.#state = 'waiting';
    this.#options.onEvent({ type: 'died', part: this.name, exit, restartInMs });
    this.#cancelRestart = this.#options.clock.after(restartInMs, () => {
      this.#restarts++;
      this.#spawn();
    });
  }

  #end(state: 'finished' | 'failed' | 'stopped'): void {
    this.#state = state;
    if (state === 'finished') {
      this.#options.onEvent({ type: 'finished', part: this.name });
      this.#ready.resolve();
    }
    this.#ready.reject(fault('PART_FAILED', `${this.name} was stopped before it was ready`));
    this.#over.resolve();
  }

  #isOver(): boolean {
    return this.#state === 'finished' || this.#state === 'failed' || this.#state === 'stopped';
  }
}

/** `signal SIGSEGV`, `exit code 3`, or the fault's message. */
export function describeExit(exit: PartExit): string {
  if (exit.fault) return `${exit.fault.message} (${exit.fault.code})`;
  return exit.signal === null ? `exit code ${exit.code}` : `signal ${exit.signal}`;
}
