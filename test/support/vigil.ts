import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';

const main = join(import.meta.dirname, '..', '..', 'bin', 'vigil.mjs');

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A `vigil` command as a process of its own, with all that it prints. */
export class Vigil {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [main, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString('utf8');
    });
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString('utf8');
    });
    this.ended = once(this.child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Waits until what was printed so far matches. @throws when the process ends before */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (match) return match;
      const more = Promise.race([once(this.child.stdout, 'data'), once(this.child.stderr, 'data')]).then(() => false);
      if (await Promise.race([more, this.ended.then(() => true)])) {
        const last = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (last) return last;
        throw new Error(`vigil ended without printing ${pattern}:\n${this.stdout}\n${this.stderr}`);
      }
    }
  }

  /** Ctrl-C, then its end. */
  async interrupt(): Promise<Ended> {
    this.child.kill('SIGINT');
    return this.ended;
  }
}

/** Starts `vigil …` and ends it with the test. */
export function startVigil(t: TestContext, args: readonly string[], env: NodeJS.ProcessEnv = {}): Vigil {
  const vigil = new Vigil(args, env);
  t.after(async () => {
    vigil.child.kill('SIGKILL');
    await vigil.ended;
  });
  return vigil;
}

/** A folder that is removed with the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Options that let several Vigils run on one machine: a data directory of its own, any free ports. */
export function ownPlace(data: string): string[] {
  return ['--data', data, '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
}
