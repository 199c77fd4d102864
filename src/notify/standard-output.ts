import type { Alarm } from '../topics/alarm-schema.ts';
import type { Notifier } from './notifier.ts';

/** Prints alarms as JSON lines. */
export class StandardOutput implements Notifier {
  readonly #write: (line: string) => Promise<void>;

  constructor(write: (line: string) => Promise<void> = writeLine) {
    this.#write = write;
  }

  async deliver(alarm: Alarm): Promise<string> {
    await this.#write(JSON.stringify(alarm));
    return 'printed';
  }

  async close(): Promise<void> {}
}

function writeLine(line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${line}\n`, (error) => (error ? reject(error) : resolve()));
  });
}
