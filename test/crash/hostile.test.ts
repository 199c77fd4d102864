import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../broker/random.ts';
import { Fixture, values } from '../contract/fixture.ts';
import { residentMb } from '../support/processes.ts';
import { BrokerProcess } from './broker-process.ts';
import { captureRequests, Recorder } from './captured-requests.ts';

const isLong = process.env.VIGIL_LONG === '1';
const idleConnections = isLong ? 5000 : 500;
const mutationsPerRequest = isLong ? 500 : 80;
const connectionsAtOnce = 20;
/** Enough for everything that the limits of one connection allow, far less than what hostile clients ask for. */
const allowedGrowthMb = 400;
/** Under the ten seconds that one client may keep another from reading; on a quiet machine it takes a tenth of one. */
const servedWithinMs = 8000;

const directory = mkdtempSync(join(tmpdir(), 'vigil-hostile-'));
const broker = new BrokerProcess(directory);

const recorder = new Recorder();

before(async () => {
  await recorder.listen();
  broker.advertisedPort = recorder.port;
  await broker.start();
});
after(async () => {
  recorder.close();
  await broker.kill();
  rmSync(directory, { recursive: true, force: true });
});

async function open(): Promise<Socket> {
  const [host, port] = broker.bootstrap.split(':');
  const socket = connect(Number(port), host);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Another client is served without delay, by the same process as ever, whose memory is bounded. */
async function assertUnharmed(residentBeforeMb: number): Promise<void> {
  const begun = performance.now();
  const fixture = await Fixture.open(broker);
  await fixture.produce(values('still here'));
  assert.deepEqual((await fixture.fetch(0n)).values, ['still here']);
  fixture.close();
  const tookMs = performance.now() - begun;
  assert.ok(tookMs < servedWithinMs, `another client waited for ${tookMs} ms`);
  const grownMb = residentMb(broker.pid) - residentBeforeMb;
  assert.ok(grownMb < allowedGrowthMb, `the broker grew by ${grownMb} MB`);
}

/** One of the ways in which a request can be wrong; its length prefix stays right. */
function mutate(request: Buffer, random: Random): Buffer {
  const mutated = Buffer.from(request);
  const at = 8 + random.below(mutated.length - 11);
  const kind = random.below(5);
  if (kind === 0) mutated.writeInt32BE(-1, at);
  if (kind === 1) mutated.writeInt32BE(2 ** 31 - 1, at);
  if (kind === 2) mutated[at] = random.below(256);
  if (kind === 3) random.bytes(1 + random.below(8)).copy(mutated, at);
  if (kind === 4) return reframed(mutated.subarray(4, at));
  return mutated;
}

function reframed(body: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(body.length);
  return Buffer.concat([prefix, body]);
}

async function sendAndEnd(bytes: Buffer): Promise<void> {
  const socket = await open();
  socket.end(bytes);
  socket.resume();
  await Promise.race([once(socket, 'close'), delay(2000, undefined, { ref: false })]);
  socket.destroy();
}

test('requests of a real client, damaged in every way, harm nobody', async (t) => {
  const residentBeforeMb = residentMb(broker.pid);
  const requests = await captureRequests(recorder, broker.bootstrap);
  const apis = new Set(requests.map((request) => request.readInt16BE(4)));
  assert.ok(apis.size >= 17, `only ${apis.size} different requests were captured`);
  const random = new Random(7);
  const damaged = requests.flatMap((request) =>
    Array.from({ length: mutationsPerRequest }, () => mutate(request, random)),
  );
  t.diagnostic(`${damaged.length} damaged requests of ${apis.size} APIs`);
  for (let from = 0; from < damaged.length; from += connectionsAtOnce) {
    await Promise.all(damaged.slice(from, from + connectionsAtOnce).map(sendAndEnd));
  }
  await assertUnharmed(residentBeforeMb);
});

test(`${idleConnections} idle connections cost little and hold up nobody`, async (t) => {
  const residentBeforeMb = residentMb(broker.pid);
  const sockets: Socket[] = [];
  while (sockets.length < idleConnections) {
    sockets.push(...(await Promise.all(Array.from({ length: connectionsAtOnce }, open))));
  }
  await assertUnharmed(residentBeforeMb);
  t.diagnostic(`${Math.round(residentMb(broker.pid) - residentBeforeMb)} MB more`);
  assert.ok(sockets.every((socket) => !socket.destroyed));
  for (const socket of sockets) socket.destroy();
});

test('connections that stop in the middle of huge requests cost little', async () => {
  const residentBeforeMb = residentMb(broker.pid);
  const sockets = await Promise.all(Array.from({ length: 100 }, open));
  const begun = Buffer.alloc(200_000);
  begun.writeInt32BE(100 * 1024 * 1024);
  for (const socket of sockets) socket.write(begun);
  await assertUnharmed(residentBeforeMb);
  for (const socket of sockets) socket.destroy();
});

test('huge requests that nobody finishes hold up no others, and lose their memory to those who finish theirs', async (t) => {
  const residentBeforeMb = residentMb(broker.pid);
  const sockets = await Promise.all(Array.from({ length: 50 }, open));
  const begun = Buffer.alloc(10_000_000);
  begun.writeInt32BE(100 * 1024 * 1024);
  for (const socket of sockets) socket.write(begun);
  const before = performance.now();
  await assertUnharmed(residentBeforeMb);
  const fixture = await Fixture.open(broker);
  const records = Array.from({ length: 10 }, () => ({ value: Buffer.alloc(100_000, 1) }));
  for (let i = 0; i < 5; i++) {
    assert.equal((await fixture.produce({ records })).error, 'NONE');
    await assertUnharmed(residentBeforeMb);
  }
  const lost = sockets.filter((socket) => socket.destroyed).length;
  t.diagnostic(`${lost} of 50 closed after ${Math.round(performance.now() - before)} ms`);
  fixture.close();
  for (const socket of sockets) socket.destroy();
});

test('requests that wait behind one that never ends lose their memory to others', async () => {
  const residentBeforeMb = residentMb(broker.pid);
  const fixture = await Fixture.open(broker);
  const sockets = await Promise.all(Array.from({ length: 12 }, open));
  const waiting = fetchBytes(fixture.topic, { maxWaitMs: 2 ** 31 - 1 });
  const large = reframed(Buffer.concat([Buffer.from([0, 18, 0, 0, 0, 0, 0, 42, 0xff, 0xff]), Buffer.alloc(4_000_000)]));
  for (const socket of sockets) {
    socket.write(waiting);
    for (let i = 0; i < 10; i++) socket.write(large);
  }
  await Promise.race(sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))));
  await assertUnharmed(residentBeforeMb);
  for (const socket of sockets) socket.destroy();
  fixture.close();
});

test('a request that trickles in byte by byte is answered, and holds up nobody', async () => {
  const residentBeforeMb = residentMb(broker.pid);
  const socket = await open();
  const answered = once(socket, 'data');
  const apiVersions = reframed(Buffer.from([0, 18, 0, 0, 0, 0, 0, 42, 0xff, 0xff]));
  for (const [i] of apiVersions.entries()) {
    socket.write(apiVersions.subarray(i, i + 1));
    await delay(5);
    if (i === 5) await assertUnharmed(residentBeforeMb);
  }
  const [answer] = (await answered) as [Buffer];
  assert.equal(answer.readInt32BE(4), 42);
  socket.destroy();
});

test('clients that ask for much and never read hold back only themselves', async (t) => {
  const fixture = await Fixture.open(broker);
  for (let i = 0; i < 8; i++) await fixture.produce({ records: [{ value: Buffer.alloc(900_000, 1) }] });
  const residentBeforeMb = residentMb(broker.pid);
  const sockets = await Promise.all(Array.from({ length: 20 }, open));
  const request = fetchBytes(fixture.topic);
  await assertAnswerBytes(request, 7_000_000);
  for (const socket of sockets) {
    socket.pause();
    for (let i = 0; i < 100; i++) socket.write(request);
  }
  // 2,000 answers of 7 MB each are wanted.
  await assertUnharmed(residentBeforeMb);
  await delay(300);
  await assertUnharmed(residentBeforeMb);
  t.diagnostic(`${Math.round(residentMb(broker.pid) - residentBeforeMb)} MB more`);
  for (const socket of sockets) socket.destroy();
  fixture.close();
});

async function assertAnswerBytes(request: Buffer, least: number): Promise<void> {
  const socket = await open();
  socket.write(request);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  assert.ok(answer.readInt32BE(0) > least, `an answer of ${answer.readInt32BE(0)} bytes`);
  socket.destroy();
}

/** Fetch version 4 of 50 MB from the start of partition 0. */
function fetchBytes(topic: string, { maxWaitMs = 0 } = {}): Buffer {
  const name = Buffer.from(topic);
  const head = Buffer.from([0, 1, 0, 4, 0, 0, 0, 1, 0xff, 0xff]);
  const limits = Buffer.alloc(17);
  limits.writeInt32BE(-1, 0);
  limits.writeInt32BE(maxWaitMs, 4);
  limits.writeInt32BE(1, 8);
  limits.writeInt32BE(50_000_000, 12);
  const topics = Buffer.alloc(6);
  topics.writeInt32BE(1, 0);
  topics.writeInt16BE(name.length, 4);
  const partitions = Buffer.alloc(20);
  partitions.writeInt32BE(1, 0);
  partitions.writeInt32BE(50_000_000, 16);
  return reframed(Buffer.concat([head, limits, topics, name, partitions]));
}
