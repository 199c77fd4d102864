import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { compileJava, javaCommand, quickJava } from './java.ts';

/** Runs Apache Kafka's command-line tools in one JVM; `ToolHost.java` is the other side. */
export class KafkaTools {
  readonly #host: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  #last: Promise<unknown> = Promise.resolve();

  static async start(libraries: string): Promise<KafkaTools> {
    const classes = await compileJava(join(import.meta.dirname, 'ToolHost.java'), libraries);
    const [java, ...args] = javaCommand(libraries, quickJava(), [classes]);
    return new KafkaTools(spawn(java, [...args, 'ToolHost']));
  }

  private constructor(host: ChildProcessWithoutNullStreams) {
    this.#host = host;
    host.stderr.pipe(process.stderr);
    this.#lines = createInterface({ input: host.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /**
   * Runs a tool by its class name, after the ones before it.
   *
   * @returns its standard output
   * @throws when it ends with another code than 0, with all that it wrote
   */
  run(mainClass: string, args: readonly string[], input = ''): Promise<string> {
    const call = this.#last.then(() => this.#call([mainClass, input, ...args]));
    this.#last = call.catch(() => {});
    return call;
  }

  async #call(fields: readonly string[]): Promise<string> {
    this.#host.stdin.write(`${fields.map((field) => Buffer.from(field).toString('base64')).join(' ')}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error(`the JVM of the tools ended during ${fields[0]}`);
    const [code = '', output = '', errors = ''] = String(value).split(' ');
    const [said, complained] = [output, errors].map((each) => Buffer.from(each, 'base64').toString());
    if (code !== '0') throw new Error(`${fields.join(' ')} ended with ${code}:\n${said}\n${complained}`);
    return said ?? '';
  }

  close(): void {
    this.#lines.close();
    this.#host.kill('SIGKILL');
  }
}
