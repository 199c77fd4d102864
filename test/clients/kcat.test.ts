import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { startBroker } from '../broker/start-broker.ts';
import { uniqueName } from '../contract/fixture.ts';
import { createTopic } from './administer.ts';
import { scenarios } from './client-table.ts';

/** kcat (librdkafka) against a broker in memory: the programs of the other clients run against one on the disk. */
const skip = hasKcat() ? false : 'needs kcat';

function hasKcat(): boolean {
  try {
    execFileSync('kcat', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Runs kcat while this process, which is the broker, goes on working. */
function kcat(bootstrap: string, args: readonly string[], input: string | Buffer = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('kcat', ['-b', bootstrap, ...args], { stdio: ['pipe', 'pipe', 'pipe'], timeout: 30_000 });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else reject(new Error(`kcat ${args.join(' ')} ended with ${code}: ${Buffer.concat(errors)}`));
    });
    child.stdin.end(input);
  });
}

test('kcat lists the broker and its topics', { skip }, async () => {
  await using broker = await startBroker({ config: { 'num.partitions': 3 } });
  await kcat(broker.bootstrap, ['-P', '-t', 'made-by-kcat'], 'x\n');
  const listed = JSON.parse(await kcat(broker.bootstrap, ['-L', '-J']));
  assert.equal(listed.brokers[0].name, broker.bootstrap);
  assert.equal(listed.topics[0].topic, 'made-by-kcat');
  assert.equal(listed.topics[0].partitions.length, 3);
});

for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  test(`kcat: ${scenarios.compressions}: ${compression}`, { skip }, async () => {
    await using broker = await startBroker();
    const topic = uniqueName('kcat');
    const lines = Array.from({ length: 500 }, (_, i) => `k${i}:value ${i} ${'x'.repeat(i % 50)}`);
    await kcat(
      broker.bootstrap,
      ['-P', '-t', topic, '-K:', '-z', compression, '-H', 'from=kcat'],
      `${lines.join('\n')}\n`,
    );
    const read = await kcat(broker.bootstrap, ['-C', '-t', topic, '-e', '-q', '-f', '%k:%s %h\n']);
    assert.deepEqual(
      read.trimEnd().split('\n'),
      lines.map((line) => `${line} from=kcat`),
    );
  });
}

test('kcat produces idempotently', { skip }, async () => {
  await using broker = await startBroker();
  const lines = Array.from({ length: 1000 }, (_, i) => `${i}`).join('\n');
  await kcat(broker.bootstrap, ['-P', '-t', 'safe', '-X', 'enable.idempotence=true'], `${lines}\n`);
  assert.equal((await kcat(broker.bootstrap, ['-C', '-t', 'safe', '-e', '-q'])).trimEnd(), lines);
});

test('kcat sends and gets a record of nearly a megabyte', { skip }, async () => {
  await using broker = await startBroker();
  const text = randomBytes(450_000).toString('hex');
  await kcat(broker.bootstrap, ['-P', '-t', 'large'], `${text}\n`);
  assert.equal((await kcat(broker.bootstrap, ['-C', '-t', 'large', '-e', '-q'])).trimEnd(), text);
});

test('kcat asks for offsets by time', { skip }, async () => {
  await using broker = await startBroker();
  await kcat(broker.bootstrap, ['-P', '-t', 'times'], 'a\nb\nc\n');
  const ends = await kcat(broker.bootstrap, ['-Q', '-t', 'times:0:-1', '-t', 'times:0:-2']);
  assert.match(ends, /times \[0\] offset (0|3)/);
  assert.match(await kcat(broker.bootstrap, ['-Q', '-t', 'times:0:1']), /times \[0\] offset 0/);
});

test('kcat reads in a consumer group and goes on where it stopped', { skip }, async () => {
  await using broker = await startBroker();
  const { bootstrap } = broker;
  await kcat(bootstrap, ['-P', '-t', 'grouped'], 'a\nb\nc\n');
  const group = (count: number) =>
    kcat(bootstrap, ['-G', 'readers', '-q', '-c', `${count}`, '-X', 'auto.offset.reset=earliest', 'grouped']);
  assert.equal(await group(3), 'a\nb\nc\n');
  await kcat(bootstrap, ['-P', '-t', 'grouped'], 'd\n');
  assert.equal(await group(1), 'd\n');
});

/** A member of a group that prints each record on a line of its own. */
class Member {
  readonly lines: string[] = [];
  /** Numbers of the partitions, in the order that it was given them. */
  holds: string[] = [];
  rebalances = 0;
  said = '';
  readonly over: Promise<unknown>;
  readonly #process: ChildProcess;
  readonly #onChange: () => void;
  #rest = '';

  constructor(bootstrap: string, { topic, more = [], onChange }: MemberOptions) {
    this.#onChange = onChange;
    const own = ['auto.offset.reset=earliest', 'heartbeat.interval.ms=200', 'partition.assignment.strategy=range'];
    const options = [...own, ...more];
    const args = ['-b', bootstrap, '-G', 'members', '-u', ...options.flatMap((each) => ['-X', each]), topic];
    this.#process = spawn('kcat', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process.stdout?.on('data', (chunk: Buffer) => this.#change(() => this.#onText(chunk.toString())));
    this.#process.stderr?.on('data', (chunk: Buffer) => this.#change(() => this.#onRebalance(chunk.toString())));
    this.over = once(this.#process, 'close');
  }

  #change(change: () => void): void {
    change();
    this.#onChange();
  }

  /** Text and end of a line come apart. */
  #onText(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    this.lines.push(...lines);
  }

  /** The last rebalance that is there to the end of its line: what a member holds is said in many small writes. */
  #onRebalance(said: string): void {
    this.said += said;
    const told = [...this.said.matchAll(/rebalanced .*?: (assigned|revoked): (.*)\n/g)];
    const last = told.at(-1);
    this.rebalances = told.length;
    this.holds =
      last?.[1] === 'assigned' ? [...(last[2] ?? '').matchAll(/\[(\d+)\]/g)].map(([, index = '']) => index) : [];
  }

  async end(signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
    this.#process.kill(signal);
    await this.over;
  }
}

interface MemberOptions {
  topic: string;
  /** Settings of librdkafka. */
  more?: readonly string[];
  /** Called whenever it has said something. */
  onChange: () => void;
}

/** Members of one group, and what they come to. */
class Members {
  readonly all: Member[] = [];
  readonly #bootstrap: string;
  readonly #topic: string;
  #look = (): void => {};

  constructor(bootstrap: string, topic: string) {
    this.#bootstrap = bootstrap;
    this.#topic = topic;
  }

  join(more: readonly string[] = []): Member {
    const member = new Member(this.#bootstrap, { topic: this.#topic, more, onChange: () => this.#look() });
    this.all.push(member);
    return member;
  }

  until(holds: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const said = () => this.all.map((member) => member.said).join(' / ');
      const timer = setTimeout(() => reject(new Error(`not within 40 s: ${what}; ${said()}`)), 40_000);
      this.#look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#look();
    });
  }
}

test(`kcat: ${scenarios.group}`, { skip }, async () => {
  await using broker = await startBroker({ config: { 'num.partitions': 4 } });
  const { bootstrap } = broker;
  const members = new Members(bootstrap, 'shared');
  const seen = (): number[] =>
    members.all
      .flatMap(({ lines }) => lines)
      .map(Number)
      .sort((a, b) => a - b);
  const send = async (from: number, to: number): Promise<void> => {
    const numbers = Array.from({ length: to - from }, (_, i) => from + i);
    for (const partition of [0, 1, 2, 3])
      await kcat(
        bootstrap,
        ['-P', '-t', 'shared', '-p', `${partition}`],
        `${numbers.filter((n) => n % 4 === partition).join('\n')}\n`,
      );
  };
  await send(0, 200);
  const one = members.join();
  await members.until(() => seen().length >= 200, 'the first member reads 200 records');
  const two = members.join();
  await members.until(() => one.holds.length === 2 && two.holds.length === 2, 'two members hold two each');
  await send(200, 400);
  await members.until(() => seen().length >= 400, 'two members read 200 more');
  await two.end('SIGINT');
  await members.until(() => one.holds.length === 4, 'the first member holds every partition again');
  await send(400, 600);
  await members.until(() => seen().length >= 600, 'the first member reads the last 200');
  await one.end('SIGINT');
  assert.deepEqual(
    seen(),
    Array.from({ length: 600 }, (_, i) => i),
  );
});

test(`kcat: ${scenarios.static}`, { skip }, async () => {
  await using broker = await startBroker({ config: { 'num.partitions': 4 } });
  await createTopic(broker.bootstrap, 'kept', { partitions: 4 });
  const members = new Members(broker.bootstrap, 'kept');
  const join = (name: string) => members.join([`group.instance.id=${name}`]);
  const [one, two] = [join('one'), join('two')];
  await members.until(() => one.holds.length === 2 && two.holds.length === 2, 'two members hold two each');
  const { rebalances } = one;
  await two.end('SIGKILL');
  const again = join('two');
  await members.until(() => again.holds.length > 0, 'the second member is back');
  assert.deepEqual(again.holds, two.holds);
  assert.equal(one.rebalances, rebalances, 'the first member saw a rebalance');
  const twin = join('two');
  await again.over;
  assert.match(again.said, /fenced/i);
  await members.until(() => twin.holds.length > 0, 'the twin is a member');
  assert.deepEqual(twin.holds, two.holds);
  await Promise.all([one, twin].map((member) => member.end('SIGINT')));
});

test(`kcat: ${scenarios.transactions}`, { skip }, async () => {
  await using broker = await startBroker();
  const { bootstrap } = broker;
  await createTopic(bootstrap, 'accounts');
  const transactional = ['-P', '-t', 'accounts', '-X', 'transactional.id=bank'];
  const read = (level: string, ...more: string[]) =>
    kcat(bootstrap, ['-C', '-t', 'accounts', '-q', '-X', `isolation.level=read_${level}`, ...more]);
  await kcat(bootstrap, transactional, 'a\nb\n');
  const aborted = spawn('kcat', ['-b', bootstrap, ...transactional], { stdio: ['pipe', 'ignore', 'ignore'] });
  // It reads its standard input in pieces, and sends nothing of one that is not full.
  aborted.stdin.on('error', () => {}); // It is killed before it has read all of that.
  aborted.stdin.write('c\n'.repeat(100_000));
  assert.equal(await read('uncommitted', '-c', '3'), 'a\nb\nc\n', 'a record of an open transaction');
  const over = once(aborted, 'close');
  aborted.kill('SIGINT');
  // It may be waiting for more, and looks at signals only between two lines.
  aborted.stdin.end();
  await over;
  await kcat(bootstrap, transactional, 'e\n');
  assert.equal(await read('committed', '-e'), 'a\nb\ne\n');
});

test(`kcat: ${scenarios.errors}`, { skip }, async () => {
  await using broker = await startBroker({ config: { 'message.max.bytes': 1000, 'auto.create.topics.enable': false } });
  const { bootstrap } = broker;
  await createTopic(bootstrap, 'small');
  await assert.rejects(kcat(bootstrap, ['-P', '-t', 'small'], 'x'.repeat(5000)), /Message size too large/);
  await assert.rejects(kcat(bootstrap, ['-C', '-t', 'missing', '-e']), /Unknown topic or partition/);
  await assert.rejects(
    kcat(bootstrap, ['-C', '-t', 'small', '-o', '99', '-e', '-X', 'auto.offset.reset=error']),
    /out of range/i,
  );
});
