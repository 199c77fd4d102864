import { flushCompileCache } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { VigilError } from '../../base/errors.ts';
import type { WorkDone } from '../../stage/scaling/busy-meter.ts';
import type { PartFault } from '../../stage/supervised-part.ts';
import type { LedgerSnapshot } from '../../topics/camera-account.ts';
import type { OrderToPart, PartInfo, WordFromPart } from './part-channel.ts';

/** A part that has started, as its process sees it. */
export interface HostedPart {
  /** Resolves when nothing is left to do; rejects with what ended it. */
  done: Promise<void>;
  close(): Promise<void>;
  /** Of a camera: refuses new frames, or takes them again. */
  hold?(isHeld: boolean): void;
  info: PartInfo;
}

export interface PartReport {
  snapshot(snapshot: LedgerSnapshot): void;
  work(work: WorkDone): void;
  /** Resolves when the supervisor has it. */
  print(line: string): Promise<void>;
}

/** Starts the part that the options describe. */
export type StartPart = (options: unknown, report: PartReport) => Promise<HostedPart>;

/** A supervisor that is gone gives no order: this long after it a part has to be gone too. */
const orphanCloseMs = 2000;
/** The supervisor orders the end in its own time, also when a signal reached every process of the group. */
const lonelySignalMs = 3500;
const startGraceMs = 300;
const exitCodes = { done: 0, fault: 1, unexpected: 70 } as const;

/**
 * Runs a part in this process, which a supervisor forked: takes its options and orders from the channel between them and
 * reports readiness, completion and faults on it. Ends when it is told to, when its work is done, when it fails, and
 * when the supervisor is gone, however it went.
 */
export function hostPart(start: StartPart): void {
  const host = new PartHost(start);
  // Ctrl-C reaches every process of the terminal; the order in which parts end is the supervisor's.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('SIGTERM', () => setTimeout(() => host.stop(), lonelySignalMs).unref());
  process.on('uncaughtException', (error) => host.fail(error));
  process.on('unhandledRejection', (error) => host.fail(error));
  process.on('disconnect', () => host.orphaned());
  process.on('message', (order: OrderToPart) => {
    if (order.type === 'start') host.start(order.options);
    else if (order.type === 'hold') host.hold(order.isHeld);
    else host.stop();
  });
}

class PartHost {
  readonly #startPart: StartPart;
  #part: Promise<HostedPart> | undefined;
  #isEnding = false;

  constructor(startPart: StartPart) {
    this.#startPart = startPart;
  }

  start(options: unknown): void {
    this.#part ??= this.#startPart(options, {
      snapshot: (snapshot) => say({ type: 'snapshot', snapshot }),
      work: (work) => say({ type: 'work', work }),
      print: (line) => say({ type: 'print', line }),
    });
    this.#part.then((part) => this.#follow(part)).catch((error) => this.fail(error));
  }

  /** In the order of the orders: a part that is starting hears of it when it has started. */
  hold(isHeld: boolean): void {
    this.#part?.then(
      (part) => part.hold?.(isHeld),
      () => {},
    );
  }

  /** A graceful end. A part that has not started yet has nothing in hand: it is waited for only briefly. */
  async stop(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const started = Promise.resolve(this.#part).then(
      () => true,
      () => false,
    );
    if (await Promise.race([started, delay(startGraceMs, false)])) await this.#close();
    // Everything that is to stay is where it stays. For a process to take itself apart can last longer than all of that, and
    // native code that is being loaded on other threads aborts loudly under it.
    process.kill(process.pid, 'SIGKILL');
  }

  async orphaned(): Promise<void> {
    setTimeout(() => process.exit(exitCodes.unexpected), orphanCloseMs).unref();
    await this.stop();
  }

  async fail(error: unknown): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    await say({ type: 'fault', fault: toFault(error) });
    await Promise.race([this.#close(), delay(500)]);
    process.exit(error instanceof VigilError ? exitCodes.fault : exitCodes.unexpected);
  }

  async #follow(part: HostedPart): Promise<void> {
    await say({ type: 'ready', info: part.info });
    // Otherwise written at the end only, which a part that is killed does not see.
    flushCompileCache();
    await part.done;
    if (this.#isEnding) return;
    this.#isEnding = true;
    await this.#close();
    await say({ type: 'finished' });
    process.exit(exitCodes.done);
  }

  async #close(): Promise<void> {
    try {
      await (await this.#part)?.close();
    } catch {
      // It did not start, or it fails to close: it ends either way.
    }
  }
}

/** Resolves when the supervisor has it, or cannot be reached any more. */
function say(word: WordFromPart): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) resolve();
    else process.send(word, undefined, undefined, () => resolve());
  });
}

function toFault(error: unknown): PartFault {
  if (error instanceof VigilError) return { code: error.code, message: error.message, next: error.next };
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (process.env.VIGIL_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return { code: 'PART_FAILED', message, next: 'Run it with VIGIL_DEBUG=1 to see where this comes from.' };
}
