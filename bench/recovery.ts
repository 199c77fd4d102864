// How long does a start take after kill -9 on a large log? `node bench/recovery.ts 10` for 10 GB; 1 GB by default. A second
// number says how many starts of each kind there are.
// The log is written by acks=all producers in 100 KB and in 16 KB batches, and the broker killed in the middle of them: once
// with the file cache as it is (the process died), once after the files have left it (the machine may have been away).
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ensureTopics } from '../src/stage/kafka-admin.ts';
import { produceLoad } from './broker/produce-load.ts';
import { report } from './lib/results.ts';
import { startVigil, temporaryFolder } from './lib/vigil-process.ts';

const gigabytes = Number(process.argv[2] ?? 1);
const partitions = 4;
const loads = [
  { name: '100 KB batches', recordBytes: 100_000, recordsPerBatch: 1 },
  { name: '16 KB batches', recordBytes: 1000, recordsPerBatch: 16 },
];
const starts = Number(process.argv[3] ?? 3);

async function start(dataDir: string): Promise<{ child: ChildProcess; port: number; tookMs: number }> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const begunMs = performance.now();
  const child = startVigil(['broker', '--data', dataDir, '--listen', `127.0.0.1:${port}`]);
  child.stdout?.resume();
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`the broker ended with code ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return { child, port, tookMs: performance.now() - begunMs };
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function fill(port: number, load: (typeof loads)[number]): Promise<void> {
  const topic = 'large';
  const brokers = [`127.0.0.1:${port}`];
  await ensureTopics({ brokers, clientId: 'bench', topics: [{ name: topic, partitions, configs: {} }] });
  const requests = Math.ceil((gigabytes * 1e9) / (load.recordBytes * load.recordsPerBatch));
  const outcome = await produceLoad({
    ...{ host: '127.0.0.1', port, topic, partitions, requests, inFlight: 40, connections: 4 },
    ...load,
  });
  process.stderr.write(`${load.name}: written at ${outcome.megabytesPerSecond.toFixed(0)} MB/s\n`);
}

/** Keeps writing, so that the kill comes in the middle of it. */
function keepWriting(port: number, load: (typeof loads)[number]): void {
  const topic = 'large';
  const requests = 1_000_000;
  void produceLoad({
    ...{ host: '127.0.0.1', port, topic, partitions, requests, inFlight: 40, connections: 4 },
    ...load,
  }).catch(() => {});
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** Asks the system to forget what it holds of the files. */
function leaveCache(folder: string): void {
  spawnSync('sync');
  for (const path of filesIn(folder)) spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none']);
}

const values = new Map<string, number[]>();

function note(what: string, tookMs: number): void {
  values.set(what, [...(values.get(what) ?? []), tookMs]);
}

for (const load of loads) {
  const dataDir = join(temporaryFolder(), 'data');
  let { child, port } = await start(dataDir);
  await fill(port, load);
  for (const isCached of [true, false]) {
    for (let i = 0; i < starts; i++) {
      keepWriting(port, load);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await kill(child);
      if (!isCached) leaveCache(dataDir);
      const again = await start(dataDir);
      ({ child, port } = again);
      note(`${load.name}, ${isCached ? 'in the file cache' : 'read from the disk'}`, again.tookMs / 1000);
    }
  }
  await kill(child);
}

report(
  'recovery',
  `How long does a start take after kill -9 on ${gigabytes} GB of log?`,
  [...values].map(([what, figures]) => ({ what, unit: 's', values: figures, wanted: '≤ 5' })),
  [
    'From the start of the process until its port accepts; acks=all, flush policy `commit`, 4 partitions, segments of 1 GB, killed while 40 requests are under way.',
    'Segments below the recovery point (written down every five seconds) are taken over by their indexes. The segment that grows is walked by its headers from its last recovery mark on, 16 MiB at most; what lies beyond the recovery point is read whole for its checksums.',
  ],
);
process.exit(0);
