import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LoopEntryOptions } from './loop-entry.ts';

const entry = join(import.meta.dirname, 'loop-entry.ts');

/** A work loop in a process of its own. */
export class LoopProcess {
  readonly #process: ChildProcess;
  readonly #lines: string[] = [];
  #changed = Promise.withResolvers<void>();

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** Resolves when it reads. */
  static async start(options: LoopEntryOptions): Promise<LoopProcess> {
    const child = spawn(process.execPath, [entry, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const loop = new LoopProcess(child);
    createInterface(child.stdout).on('line', (line) => loop.#heard(line));
    await loop.says('ready');
    return loop;
  }

  /** Resolves with the line once the process has printed one that starts so. */
  async says(start: string): Promise<string> {
    for (;;) {
      const line = this.#lines.find((each) => each.startsWith(start));
      if (line !== undefined) return line;
      await this.#changed.promise;
    }
  }

  /** Resolves once it is gone. */
  async gone(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, 'exit');
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** @returns once it is gone */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill(signal);
    await exited;
  }

  #heard(line: string): void {
    this.#lines.push(line);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
