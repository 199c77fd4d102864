import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startBroker } from '../broker/start-broker.ts';
import { type ClientName, scenarios, scenariosOf } from './client-table.ts';

/** Where `.ci/install-clients` puts the clients of other languages. */
export const clientsFolder = process.env.VIGIL_CLIENTS ?? join(homedir(), '.cache', 'vigil-ci', 'clients');

export interface Client {
  name: ClientName;
  /** Command and arguments of its program; the bootstrap address and the scenario follow. Undefined: not installed. */
  command: readonly string[] | undefined;
  /** Set for the program besides this process's own environment. */
  environment?: Readonly<Record<string, string>>;
}

/** One test per scenario: a new broker on the disk, as it is by default, the client's program against it, exit code 0 expected. */
export function clientTests({ name, command, environment = {} }: Client): void {
  const skip = command ? false : `needs ${name}: .ci/run installs it`;
  describe(name, () => {
    for (const scenario of scenariosOf(name)) {
      test(`${name}: ${scenarios[scenario]}`, { skip }, async () => {
        const folder = await mkdtemp(join(tmpdir(), 'vigil-client-'));
        try {
          await using broker = await startBroker({ dataDir: join(folder, 'data') });
          await runProgram([...(command ?? []), broker.bootstrap, scenario], environment);
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
      });
    }
  });
}

/**
 * Runs a program to its end while this process, which is the broker, goes on working.
 *
 * @returns what it wrote to its standard output, and to its standard error `withErrors`
 * @throws AssertionError with the end of all it wrote, when it ends with another code than 0 or takes over two minutes
 */
export async function runProgram(
  [file = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { input = '', timeoutMs = 120_000, withErrors = false } = {},
): Promise<string> {
  const child = spawn(file, args, { env: { ...process.env, ...environment }, timeout: timeoutMs });
  const output: Buffer[] = [];
  const everything: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    output.push(chunk);
    everything.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => everything.push(chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...ended) => resolve(ended));
  });
  const said = Buffer.concat(everything).toString().slice(-4000);
  assert.equal(code, 0, `${[file, ...args].join(' ').slice(-300)} ended with ${code ?? signal}:\n${said}`);
  return Buffer.concat(withErrors ? everything : output).toString();
}
