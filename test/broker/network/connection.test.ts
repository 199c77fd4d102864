import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { Answer, ParsedRequest } from '../../../src/broker/network/connection.ts';
import { KafkaServer, type ServerLimits } from '../../../src/broker/network/server.ts';
import { ReadBuffers } from '../../../src/log/read-buffers.ts';

const limits: ServerLimits = {
  maxRequestBytes: 1000,
  maxConnections: 10,
  maxInFlightBytes: 1_000_000,
  idleMs: 10_000,
};

/** A server whose requests are single letters that the test answers by hand. Capitals may run together, and digits. */
class Desk {
  readonly server: KafkaServer;
  readonly started: string[] = [];
  readonly memory = new ReadBuffers();
  readonly #answers = new Map<string, (answer: Answer) => void>();

  constructor(overrides: Partial<ServerLimits> = {}) {
    this.server = new KafkaServer({
      limits: { ...limits, ...overrides },
      sent: this.memory,
      parse: (frame) => this.#parse(frame.toString('latin1', 0, 1)),
      onViolation: () => {},
    });
  }

  #parse(letter: string): ParsedRequest {
    return {
      lane: /\d/.test(letter) ? 'transaction' : /[A-Z]/.test(letter) ? 'produce' : undefined,
      execute: () => {
        this.started.push(letter);
        return new Promise((resolve) => this.#answers.set(letter, resolve));
      },
    };
  }

  answerWith(letter: string, parts: Buffer[]): void {
    this.#answers.get(letter)?.(parts);
  }

  answer(letter: string, text: string | null = letter): void {
    const resolve = this.#answers.get(letter);
    assert.ok(resolve, `${letter} has not started`);
    resolve(text === null ? null : [Buffer.from(text)]);
  }

  async until(count: number): Promise<void> {
    for (let attempt = 0; this.started.length < count; attempt++) {
      assert.ok(attempt < 200, `only ${this.started.join('')} started`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

async function open(desk: Desk): Promise<Socket> {
  const { host, port } = await desk.server.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect({ host, port });
  await once(socket, 'connect');
  return socket;
}

function requests(letters: string, sizeBytes = 1): Buffer {
  return Buffer.concat(
    [...letters].map((letter) => {
      const frame = Buffer.alloc(4 + sizeBytes, letter);
      frame.writeInt32BE(sizeBytes);
      return frame;
    }),
  );
}

function read(socket: Socket, length: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.length >= length) resolve(text);
    });
  });
}

test('requests that may run together start at once and are answered in the order they came', async (t) => {
  const desk = new Desk();
  const socket = await open(desk);
  t.after(() => desk.server.close(0));
  socket.write(requests('ABC'));
  await desk.until(3);
  desk.answer('C');
  desk.answer('B');
  desk.answer('A');
  assert.equal(await read(socket, 3), 'ABC');
});

test('any other request waits until all before it are done, and keeps those behind it waiting', async (t) => {
  const desk = new Desk();
  const socket = await open(desk);
  t.after(() => desk.server.close(0));
  socket.write(requests('AbC'));
  await desk.until(1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(desk.started, ['A']);
  desk.answer('A');
  await desk.until(2);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(desk.started, ['A', 'b']);
  desk.answer('b');
  await desk.until(3);
  desk.answer('C');
  assert.equal(await read(socket, 3), 'AbC');
});

test('requests of two lanes do not run together', async (t) => {
  const desk = new Desk();
  const socket = await open(desk);
  t.after(() => desk.server.close(0));
  socket.write(requests('12AB'));
  await desk.until(2);
  desk.answer('2');
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(desk.started, ['1', '2']);
  desk.answer('1');
  await desk.until(4);
  desk.answer('B');
  desk.answer('A');
  assert.equal(await read(socket, 4), '12AB');
});

test('a request that wants no answer gets none, and the next one is answered', async (t) => {
  const desk = new Desk();
  const socket = await open(desk);
  t.after(() => desk.server.close(0));
  socket.write(requests('AB'));
  await desk.until(2);
  desk.answer('B');
  desk.answer('A', null);
  assert.equal(await read(socket, 1), 'B');
});

test('nothing more is read while the requests in memory are over the limit, and reading goes on afterwards', async (t) => {
  const desk = new Desk({ maxInFlightBytes: 3000 });
  const socket = await open(desk);
  t.after(() => desk.server.close(0));
  for (const letter of 'ABCD') {
    socket.write(requests(letter, 1000));
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  assert.deepEqual(desk.started, ['A', 'B', 'C']);
  desk.answer('A');
  await desk.until(4);
  for (const letter of 'BCD') desk.answer(letter);
  assert.equal(await read(socket, 4), 'ABCD');
});

test('closing waits for requests under way, for as long as it is told to', async () => {
  const desk = new Desk();
  const socket = await open(desk);
  socket.write(requests('a'));
  await desk.until(1);
  const closing = desk.server.close(5000);
  desk.answer('a');
  assert.equal(await read(socket, 1), 'a');
  await closing;
  const stubborn = new Desk();
  const other = await open(stubborn);
  other.write(requests('a'));
  await stubborn.until(1);
  await stubborn.server.close(30);
  await once(other.resume(), 'close');
});

test('requests that arrive in halves and together need more memory than there is are all answered', async () => {
  const desk = new Desk({ maxRequestBytes: 1_000_000, maxInFlightBytes: 700_000 });
  const sockets = [await open(desk), await open(desk), await open(desk)];
  const whole = [...'abc'].map((letter) => requests(letter, 600_000));
  for (const [i, socket] of sockets.entries()) socket.write(whole[i]?.subarray(0, 400_000) ?? '');
  for (const [i, socket] of sockets.entries()) socket.write(whole[i]?.subarray(400_000) ?? '');
  for (let answered = 0; answered < 3; answered++) {
    await desk.until(answered + 1);
    desk.answer(desk.started[answered] ?? '');
  }
  assert.deepEqual([...desk.started].sort(), ['a', 'b', 'c']);
  for (const socket of sockets) socket.destroy();
  await desk.server.close(100);
});

test('memory that was lent for an answer is given back when the client has taken all of it, not before', async (t) => {
  const desk = new Desk();
  const socket = await open(desk);
  t.after(() => desk.server.close(0));
  socket.pause();
  socket.write(requests('A'));
  await desk.until(1);
  const bytes = 32 * 2 ** 20;
  const lent = new Array(2).fill(0).map(() => desk.memory.take(bytes / 2).fill('x'));
  desk.answerWith('A', lent);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(lent.every((each) => desk.memory.isLent(each)));
  const taken = read(socket, bytes);
  socket.resume();
  assert.equal((await taken).length, bytes);
  while (lent.some((each) => desk.memory.isLent(each))) await new Promise((resolve) => setImmediate(resolve));
});
