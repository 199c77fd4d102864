import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { startBroker } from '../broker/start-broker.ts';
import { uniqueName } from './fixture.ts';

/** kcat (librdkafka) against the embedded broker. */
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
  test(`kcat reads back what it wrote with compression ${compression}`, { skip }, async () => {
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
