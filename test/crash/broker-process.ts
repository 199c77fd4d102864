import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const entry = join(import.meta.dirname, 'broker-entry.ts');

/** A broker in a process of its own that can be killed and started again at the same address, on the same directory. */
export class BrokerProcess {
  readonly #directory: string;
  readonly #configs: Readonly<Record<string, string | number>>;
  #process: ChildProcess | undefined;
  #port = 0;

  constructor(directory: string, configs: Readonly<Record<string, string | number>> = {}) {
    this.#directory = directory;
    this.#configs = configs;
  }

  /** The port that clients are told, when it is not the broker's own. */
  advertisedPort: number | undefined;

  get bootstrap(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Of the process that runs. @throws when none does */
  get pid(): number {
    const running = this.#process;
    if (running?.pid === undefined || running.exitCode !== null || running.signalCode !== null) {
      throw new Error(`no broker runs; the last ended with ${running?.exitCode ?? running?.signalCode}`);
    }
    return running.pid;
  }

  /** Resolves when the broker listens. */
  async start(): Promise<void> {
    const advertised = this.advertisedPort === undefined ? [] : [String(this.advertisedPort)];
    const started = spawn(
      process.execPath,
      [entry, this.#directory, String(this.#port), JSON.stringify(this.#configs), ...advertised],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    this.#process = started;
    const ended = once(started, 'exit').then(([code]) => {
      throw new Error(`the broker ended with ${code} instead of listening`);
    });
    ended.catch(() => {});
    const [line] = (await Promise.race([once(started.stdout, 'data'), ended])) as [Buffer];
    this.#port = Number(line.toString().trim());
  }

  /** Ends it without any warning, as the system would. @throws when it had ended by itself */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined) return;
    if (running.exitCode !== null) throw new Error(`the broker had ended by itself with ${running.exitCode}`);
    const exited = once(running, 'exit');
    running.kill('SIGKILL');
    await exited;
  }
}
