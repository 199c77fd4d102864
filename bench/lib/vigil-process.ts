import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const main = join(import.meta.dirname, '..', '..', 'bin', 'vigil.mjs');

/** Runs `vigil …` to its end and returns its standard output. @throws when it ends with another code than 0 */
export async function runVigil(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = startVigil(args, env);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`vigil ${args.join(' ')} ended with code ${code}`);
  return output;
}

/** Starts `vigil …`; its diagnostics go to this process's standard error. */
export function startVigil(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, VIGIL_LOG_LEVEL: 'warn', ...env },
  });
}

/** Ends a process as Ctrl-C would and waits for it. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGINT');
  await once(child, 'exit');
}

/** A folder that is removed when the benchmark ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Options of `vigil up` for a data directory of its own, which is removed when the benchmark ends, and for free ports. */
export function ownPlaces(): string[] {
  return ['--data', join(temporaryFolder(), 'data'), '--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
}
