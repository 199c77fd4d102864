import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Alarm } from '../topics/alarm-schema.ts';
import type { Notifier } from './notifier.ts';
import type { NotifierTarget } from './notifier-options.ts';

const shownChars = 200;

/** Runs a program, without a shell, with the alarm as JSON on its standard input; exit code 0 means that it is told. */
export class Command implements Notifier {
  readonly #target: Extract<NotifierTarget, { kind: 'command' }>;

  constructor(target: Extract<NotifierTarget, { kind: 'command' }>) {
    this.#target = target;
  }

  async deliver(alarm: Alarm, signal: AbortSignal): Promise<string> {
    const { command, timeoutMs } = this.#target;
    const [program = '', ...args] = command;
    const timeout = AbortSignal.timeout(timeoutMs);
    const ending = { signal: AbortSignal.any([signal, timeout]), killSignal: 'SIGKILL' } as const;
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], ...ending });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < shownChars) said += text;
    });
    // A program that does not read what it is given is told all the same.
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify(alarm)}\n`);
    try {
      const [code, killedBy] = (await once(child, 'exit')) as [number | null, string | null];
      if (code === 0) return 'exit code 0';
      throw new Error(`${killedBy ?? `exit code ${code}`}${said ? `: ${said.slice(0, shownChars).trim()}` : ''}`);
    } catch (cause) {
      if (timeout.aborted) throw new Error(`not through within ${timeoutMs} ms; it was killed`, { cause });
      throw cause;
    }
  }

  async close(): Promise<void> {}
}
