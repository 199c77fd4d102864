import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { Broker } from '../../src/broker/broker.ts';
import { Writer } from '../../src/wire/codec/writer.ts';
import { fetchRequest } from '../../src/wire/messages/01-fetch.ts';
import { metadataRequest } from '../../src/wire/messages/03-metadata.ts';
import { joinGroupRequest, joinGroupResponse } from '../../src/wire/messages/11-join-group.ts';
import { errorName, Fixture, values } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { Random } from './random.ts';
import { startBroker } from './start-broker.ts';

async function open(broker: Broker): Promise<Socket> {
  const socket = connect(broker.address);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function framed(body: Buffer): Buffer {
  return Buffer.concat([int32(body.length), body]);
}

async function assertServes(broker: Broker): Promise<void> {
  const fixture = await Fixture.open(broker);
  await fixture.produce(values('still here'));
  assert.deepEqual((await fixture.fetch(0n)).values, ['still here']);
  fixture.close();
}

for (const length of [-1, 2 ** 31 - 1, 100 * 1024 * 1024 + 1]) {
  test(`a request that announces ${length} bytes ends its connection and no other`, async () => {
    await using broker = await startBroker();
    const socket = await open(broker);
    socket.write(int32(length));
    await once(socket, 'close');
    await assertServes(broker);
  });
}

test('random bytes in a frame end the connection and no other', async () => {
  await using broker = await startBroker();
  const random = new Random(3);
  for (let round = 0; round < 100; round++) {
    const socket = await open(broker);
    socket.write(framed(random.bytes(random.below(200))));
    socket.end();
    socket.resume();
    await once(socket, 'close');
  }
  await assertServes(broker);
});

test('requests with a header that is right and a body that is not end the connection and no other', async () => {
  await using broker = await startBroker();
  const random = new Random(4);
  for (const apiKey of [0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 22, 32, 37, 42, 44]) {
    for (let round = 0; round < 10; round++) {
      const header = Buffer.from([0, apiKey, 0, 4 + random.below(4), 0, 0, 0, 1, 0, 1, 0x78, 0]);
      const socket = await open(broker);
      socket.write(framed(Buffer.concat([header, random.bytes(random.below(120))])));
      socket.end();
      socket.resume();
      await once(socket, 'close');
    }
  }
  await assertServes(broker);
});

test('mutated requests never bring the broker down', async () => {
  await using broker = await startBroker();
  const random = new Random(5);
  const request = requestBytes(metadataRequest, 9, { topics: [{ name: 'abc' }], allowAutoTopicCreation: false });
  for (let round = 0; round < 300; round++) {
    const mutated = Buffer.from(request);
    mutated[4 + random.below(mutated.length - 4)] = random.below(256);
    const socket = await open(broker);
    socket.write(mutated);
    socket.end();
    socket.resume();
    await once(socket, 'close');
  }
  await assertServes(broker);
});

test('an API that is not served ends the connection', async () => {
  await using broker = await startBroker();
  const socket = await open(broker);
  socket.write(framed(Buffer.from([0x7f, 0xff, 0, 0, 0, 0, 0, 1, 0xff, 0xff])));
  await once(socket, 'close');
});

test('a Produce version that is only advertised for old clients ends the connection', async () => {
  await using broker = await startBroker();
  const socket = await open(broker);
  socket.write(framed(Buffer.from([0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff])));
  await once(socket, 'close');
});

test('a client that never reads its answers holds back only itself', async () => {
  await using broker = await startBroker();
  const fixture = await Fixture.open(broker);
  for (let i = 0; i < 8; i++) await fixture.produce({ records: [{ value: Buffer.alloc(900_000, 1) }] });
  const socket = await open(broker);
  socket.pause();
  const topics = [
    { topic: fixture.topic, partitions: [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 50_000_000 }] },
  ];
  const request = requestBytes(fetchRequest, 11, { maxWaitMs: 0, minBytes: 1, maxBytes: 50_000_000, topics });
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 200; i++) socket.write(request);
  await assertServes(broker);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const grownBytes = process.memoryUsage().rss - before;
  // 200 answers of 7 MB are 1.4 GB; a few of them may wait in the socket.
  assert.ok(grownBytes < 300 * 1024 * 1024, `memory grew by ${grownBytes} bytes`);
  socket.destroy();
  fixture.close();
});

test('a member that has more to say of itself than a group can hold is refused, and nothing of it is kept', async () => {
  await using broker = await startBroker();
  const client = await RawClient.connect(broker.bootstrap);
  const join = (metadata: Buffer) =>
    client.send({ request: joinGroupRequest, response: joinGroupResponse }, 3, {
      ...{ groupId: 'talkers', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, memberId: '' },
      ...{ protocolType: 'consumer', protocols: [{ name: 'range', metadata }] },
    });
  assert.equal(errorName((await join(Buffer.alloc(2_000_000))).errorCode), 'INVALID_REQUEST');
  const { errorCode, members } = await join(Buffer.alloc(500_000));
  assert.equal(errorName(errorCode), 'NONE');
  assert.equal(members.length, 1);
  client.close();
});

test('connections over the limit are closed, the others served', async () => {
  await using broker = await startBroker({ config: { 'max.connections': 5 } });
  const sockets = [];
  for (let i = 0; i < 4; i++) sockets.push(await open(broker));
  await assertServes(broker);
  for (let i = 0; i < 10; i++) sockets.push(await open(broker));
  await once(sockets[13] as Socket, 'close');
  assert.ok(broker.connectionCount <= 5);
  for (const socket of sockets) socket.destroy();
});

test('an idle connection is closed after its time', async () => {
  await using broker = await startBroker({ config: { 'connections.max.idle.ms': 50 } });
  const socket = await open(broker);
  socket.resume();
  await once(socket, 'close');
});

test('a broker with half-sent requests and waiting fetches closes at once', async () => {
  const broker = await startBroker();
  const fixture = await Fixture.open(broker);
  const half = await open(broker);
  half.write(Buffer.concat([int32(1000), Buffer.from('half')]));
  const waiting = fixture.fetch(0n, { maxWaitMs: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const begun = performance.now();
  await broker.close();
  assert.deepEqual((await waiting).values, []);
  assert.ok(performance.now() - begun < 2000);
  half.destroy();
  fixture.close();
});

function requestBytes<Body>(
  definition: {
    apiKey: number | undefined;
    encode(writer: Writer, body: Body, version: number): void;
    flexibleVersions: { from: number };
  },
  version: number,
  body: Body,
): Buffer {
  const writer = new Writer();
  writer.int16(definition.apiKey ?? 0);
  writer.int16(version);
  writer.int32(1);
  writer.int16(-1);
  if (version >= definition.flexibleVersions.from) writer.unsignedVarint(0);
  definition.encode(writer, body, version);
  return framed(Buffer.concat(writer.finish()));
}
