import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beganAt, commandOf, isRunning, processTree } from '../../support/processes.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'bin', 'vigil.mjs');
/** As a service manager would: whatever ended it, it starts again. */
const startAgainMs = 300;
const endsWithinMs = 15_000;
const isUpWithinMs = 60_000;

export interface SiteOptions {
  /** Where the command's output goes. */
  folder: string;
  /** Of the `vigil` command. */
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** What stands before the command, for example another network. */
  prefix?: readonly string[];
}

/** A `vigil` command with all its parts, which comes back whenever it ends until it is told to. */
export class Site {
  readonly #options: SiteOptions;
  /** Whatever was ever seen below the command, and when it began: a part that has just been started has no name yet. */
  readonly #everyPart = new Map<number, string>();
  #command: ChildProcess | undefined;
  #isEnding = false;
  #running: Promise<void> | undefined;
  /** Where in the log the last start begins. */
  #startsAt = 0;

  constructor(options: SiteOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** What the command and its parts wrote, of every life. */
  get log(): string {
    return readFileSync(join(this.#options.folder, 'vigil.log'), 'utf8');
  }

  /**
   * Whether all parts have been ready since the last start. One that finds the data directory still held, by a broker that has not
   * yet noticed the end of its command, is followed by another.
   */
  get isUp(): boolean {
    return this.#command !== undefined && this.log.slice(this.#startsAt).includes('Vigil is looking');
  }

  /** Resolves once the log matches. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.log)) await delay(100);
  }

  /** The parts that run now by their names, such as `capture yard`; the command itself is `vigil`. */
  parts(): Map<string, number> {
    const root = this.#command?.pid;
    if (root === undefined) return new Map();
    const below = processTree(root).filter((pid) => pid !== root);
    for (const pid of below) this.#everyPart.set(pid, beganAt(pid));
    const parts = below.flatMap((pid): [string, number][] => {
      const [, name] = /^vigil (?!up\b)(.+)$/.exec(commandOf(pid)) ?? [];
      return name === undefined ? [] : [[name, pid]];
    });
    return new Map([...parts, ['vigil', root]]);
  }

  /** @returns whether there was such a part */
  signal(part: string, signal: NodeJS.Signals): boolean {
    const pid = this.parts().get(part);
    if (pid === undefined) return false;
    process.kill(pid, signal);
    return true;
  }

  /** Ctrl-C once it is up, and its end: parts that are being started are not known by name yet, and would be left over. */
  async end(): Promise<void> {
    const patience = AbortSignal.timeout(isUpWithinMs);
    const hasParts = this.#options.args[0] === 'up';
    while (hasParts && this.#running && !this.isUp && !patience.aborted) await delay(50);
    this.#isEnding = true;
    this.parts();
    this.#command?.kill('SIGINT');
    await Promise.race([this.#running, delay(endsWithinMs, undefined, { ref: false })]);
    this.killAll();
    await this.#running;
    while ([...this.#everyPart].some(isOurs)) await delay(20);
  }

  /** Ends whatever is left of any life, also parts whose command was killed. */
  killAll(): void {
    this.#isEnding = true;
    this.parts();
    this.#command?.kill('SIGKILL');
    for (const part of this.#everyPart) if (isOurs(part)) process.kill(part[0], 'SIGKILL');
  }

  async #run(): Promise<void> {
    const { folder, args, env = {}, prefix = [] } = this.#options;
    while (!this.#isEnding) {
      const log = openSync(join(folder, 'vigil.log'), 'a');
      this.#startsAt = this.log.length;
      const [file = '', ...rest] = [...prefix, process.execPath, main, ...args];
      const child = spawn(file, rest, { stdio: ['ignore', log, log], env: { ...process.env, ...env } });
      closeSync(log);
      this.#command = child;
      await once(child, 'exit');
      this.#command = undefined;
      if (!this.#isEnding) await delay(startAgainMs);
    }
  }
}

/** Its number may have gone to another process. */
function isOurs([pid, began]: [pid: number, began: string]): boolean {
  return isRunning(pid) && beganAt(pid) === began;
}
