import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startBroker } from '../broker/start-broker.ts';

/** Where `.ci/install-clients` puts the clients of other languages. */
export const clientsFolder = process.env.VIGIL_CLIENTS ?? join(homedir(), '.cache', 'vigil-ci', 'clients');

export interface Client {
  name: string;
  /** Command and arguments of its program; the bootstrap address and the scenario follow. Undefined: not installed. */
  command: readonly string[] | undefined;
  /** Set for the program besides this process's own environment. */
  environment?: Readonly<Record<string, string>>;
  /** What the program is asked to do, and the sentence that holds when it succeeds. */
  scenarios: Readonly<Record<string, string>>;
}

/** One test per scenario: a new broker, the client's program against it, exit code 0 expected. */
export function clientTests({ name, command, environment = {}, scenarios }: Client): void {
  const skip = command ? false : `needs ${name}: .ci/run installs it`;
  describe(name, () => {
    for (const [scenario, sentence] of Object.entries(scenarios)) {
      test(`${name}: ${sentence}`, { skip }, async () => {
        await using broker = await startBroker();
        await runProgram([...(command ?? []), broker.bootstrap, scenario], environment);
      });
    }
  });
}

/**
 * Runs a program to its end while this process, which is the broker, goes on working.
 *
 * @returns what it wrote to its standard output
 * @throws AssertionError with the end of all it wrote, when it ends with another code than 0 or takes over two minutes
 */
export async function runProgram(
  [file = '', ...args]: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { input = '', timeoutMs = 120_000 } = {},
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
  return Buffer.concat(output).toString();
}

/** The sentences of the scenarios that every program knows by the same name. */
export const commonScenarios = {
  compressions: 'records of every compression come back as they were sent',
  group: 'a group gains and loses a member without losing or doubling a record',
  transactions: 'committed records are seen and aborted ones are not',
  admin: 'topics are created, described, configured and deleted',
  errors: 'errors arrive as the errors that they are',
} as const;
