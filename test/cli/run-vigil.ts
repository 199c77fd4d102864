import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';

export const mainFile = join(import.meta.dirname, '../../bin/vigil.mjs');

export interface Ended {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

export interface RunningVigil {
  child: ChildProcess;
  /** What it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** Resolves with the match as soon as the output holds it; rejects when vigil ends before. */
  until(pattern: RegExp): Promise<RegExpMatchArray>;
  /** Resolves when it and every process that it started have gone. */
  ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();

// A test that fails half-way must not leave its Vigil behind, nor wait for it.
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs `vigil` as a person does. */
export function startVigil(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
): RunningVigil {
  const child = spawn(process.execPath, [mainFile, ...args], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }));
  return {
    child,
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    ended,
    until(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
          if (match) resolve(match);
        };
        child.stdout.on('data', look);
        child.stderr.on('data', look);
        ended.then(({ code }) => reject(new Error(`vigil ended with ${code} before ${pattern}: ${output.stderr}`)));
        look();
      });
    },
  };
}

/** Runs `vigil` to its end. */
export function runVigil(...args: Parameters<typeof startVigil>): Promise<Ended> {
  return startVigil(...args).ended;
}

/** Whether a process runs: one that has ended and that nobody has asked about does not. Linux only. */
export function isAlive(id: number | string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${id}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** A broker of its own on any port, in the working directory. */
export async function startBroker(cwd: string): Promise<{ broker: RunningVigil; bootstrap: string }> {
  const broker = startVigil(['broker', '--listen', '127.0.0.1:0'], { cwd });
  const [, bootstrap = ''] = await broker.until(/broker +(127\.0\.0\.1:\d+)/);
  return { broker, bootstrap };
}
