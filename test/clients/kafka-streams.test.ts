import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Producer, stringSerializers } from '@platformatic/kafka';
import type { Broker } from '../../src/broker/broker.ts';
import { openRecordConsumer, type RecordConsumer } from '../../src/stage/record-consumer.ts';
import { startBroker } from '../broker/start-broker.ts';
import { kafkaLibraries } from '../support/apache-kafka.ts';
import { compileJava, javaCommand, quickJava } from '../support/java.ts';
import { createTopic } from './administer.ts';

const libraries = streamsLibraries();
const skip = libraries ? false : 'needs Kafka Streams: .ci/run installs it';

const source = join(import.meta.dirname, 'WordCount.java');
const program = libraries ? javaCommand(libraries, quickJava(), [await compileJava(source, libraries)]) : undefined;

function streamsLibraries(): string | undefined {
  const folder = kafkaLibraries();
  return folder && readdirSync(folder).some((name) => name.startsWith('kafka-streams-')) ? folder : undefined;
}

const words = ['frame', 'camera', 'log', 'offset', 'epoch', 'answer', 'broker'];
const wordsPerLine = 7;

/** Lines in which the words take turns at different paces, so that their counts differ. */
function lines(from: number, to: number): string[] {
  const word = (n: number): string => words[(n * n) % words.length] ?? '';
  return Array.from({ length: to - from }, (_, i) =>
    Array.from({ length: wordsPerLine }, (_, j) => word((from + i) * 3 + j * 5)).join(' '),
  );
}

class Program {
  readonly #process: ChildProcess;
  /** Rejects when it ends by itself. */
  readonly ended: Promise<void>;
  #isToEnd = false;

  constructor(bootstrap: string, stateFolder: string) {
    assert.ok(program);
    const [java, ...options] = program;
    this.#process = spawn(java, [...options, '-Dlog4j2.level=ERROR', 'WordCount', bootstrap, stateFolder]);
    let said = '';
    this.#process.stdout?.resume();
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    this.ended = once(this.#process, 'close').then(([code]) =>
      assert.ok(code === 0 || this.#isToEnd, `the program ended with ${code}:\n${said.slice(-4000)}`),
    );
    this.ended.catch(() => {});
  }

  async kill(): Promise<void> {
    this.#isToEnd = true;
    this.#process.kill('SIGKILL');
    await this.ended.catch(() => {});
  }

  async end(): Promise<void> {
    this.#process.stdin?.end();
    await this.ended;
  }
}

/** Every committed count of every word, in the order in which it was written. */
class Counts {
  readonly byWord = new Map<string, bigint[]>();
  readonly #bootstrap: string;
  #consumer: RecordConsumer | undefined;
  #total = 0;
  #looking: (() => void) | undefined;

  constructor(bootstrap: string) {
    this.#bootstrap = bootstrap;
  }

  async open(): Promise<void> {
    const options = { brokers: [this.#bootstrap], clientId: 'counts', topics: ['counts'] };
    this.#consumer = await openRecordConsumer({ ...options, from: 'beginning' });
    void this.#take(this.#consumer);
  }

  async #take(consumer: RecordConsumer): Promise<void> {
    for await (const { key, value } of consumer) {
      const word = String(key);
      this.byWord.set(word, [...(this.byWord.get(word) ?? []), value.readBigInt64BE()]);
      this.#total++;
      this.#looking?.();
    }
  }

  async reach(total: number): Promise<void> {
    const enough = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${this.#total} of ${total} counts came in a minute`)), 60_000);
      this.#looking = () => {
        if (this.#total < total) return;
        clearTimeout(timer);
        resolve();
      };
    });
    this.#looking?.();
    await enough;
  }

  async close(): Promise<void> {
    await this.#consumer?.close();
  }
}

async function send(bootstrap: string, values: readonly string[]): Promise<void> {
  const producer = new Producer({ clientId: 'lines', bootstrapBrokers: [bootstrap], serializers: stringSerializers });
  try {
    await producer.send({
      messages: values.map((value, i) => ({ topic: 'lines', partition: i % 3, value })),
      acks: -1,
    });
  } finally {
    await producer.close();
  }
}

test('a Kafka Streams word count is exact though it is killed in the middle, and the broker restarted', {
  skip,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-streams-'));
  const [dataDir, stateFolder] = [join(folder, 'data'), join(folder, 'state')];
  let broker: Broker = await startBroker({ dataDir });
  const { bootstrap } = broker;
  let program: Program | undefined;
  let counts: Counts | undefined;
  try {
    await createTopic(bootstrap, 'lines', { partitions: 3 });
    await createTopic(bootstrap, 'counts', { partitions: 3, configs: { 'cleanup.policy': 'compact' } });
    counts = new Counts(bootstrap);
    await counts.open();
    program = new Program(bootstrap, stateFolder);
    await send(bootstrap, lines(0, 300));
    await Promise.race([counts.reach(100), program.ended]);
    await program.kill();
    program = new Program(bootstrap, stateFolder);
    await send(bootstrap, lines(300, 600));
    await Promise.race([counts.reach(450 * wordsPerLine), program.ended]);
    await broker.close();
    broker = await startBroker({ dataDir, port: Number(bootstrap.split(':')[1]) });
    await send(bootstrap, lines(600, 700));
    await Promise.race([counts.reach(700 * wordsPerLine), program.ended]);
    await program.end();
    assertExact(counts.byWord, lines(0, 700));
  } finally {
    await program?.kill();
    await counts?.close();
    await broker.close();
    await rm(folder, { recursive: true, force: true });
  }
});

/** Each word has passed through every count from 1 to the number of times that it stands in the lines, once and in order. */
function assertExact(byWord: ReadonlyMap<string, bigint[]>, all: readonly string[]): void {
  const expected = new Map<string, number>();
  for (const word of all.join(' ').split(' ')) expected.set(word, (expected.get(word) ?? 0) + 1);
  assert.ok(expected.size > 3);
  assert.deepEqual([...byWord.keys()].sort(), [...expected.keys()].sort());
  for (const [word, count] of expected) {
    const everyCount = Array.from({ length: count }, (_, i) => BigInt(i + 1));
    assert.deepEqual(byWord.get(word), everyCount, `every count of "${word}"`);
  }
}
