import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeLiveFrame, type LiveFrame } from '../../src/serve/live-frame.ts';
import { LiveHub } from '../../src/serve/live-hub.ts';
import { parseView } from '../../src/serve/live-route.ts';
import { result } from './fake-log.ts';
import { parseFrame } from './serve-harness.ts';

/** A socket whose system takes bytes only when the test says so. */
class FakeSocket {
  readonly readyState = 1;
  readonly sent: (string | Buffer)[] = [];
  #untaken: { bytes: number; taken: () => void }[] = [];

  get bufferedAmount(): number {
    return this.#untaken.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  send(data: string | Buffer, taken: () => void): void {
    this.sent.push(data);
    this.#untaken.push({ bytes: data.length, taken });
  }

  /** The system takes everything handed over so far. */
  takeAll(): void {
    const untaken = this.#untaken;
    this.#untaken = [];
    for (const { taken } of untaken) taken();
  }

  /** Frame numbers sent, of one camera. */
  frames(camera = 'entrance'): number[] {
    const frames = this.sent.flatMap((each) => (typeof each === 'string' ? [] : parseFrame(each).header));
    return frames.filter((each) => each.camera === camera).map((each) => each.frame);
  }
}

const jpeg = Buffer.alloc(100_000, 7);

function frame(number: number, of: { camera?: string; session?: string; detector?: string } = {}): LiveFrame {
  return encodeLiveFrame({ result: result(number, of), jpeg, readAtUs: 0, isHistory: false });
}

test('a frame goes out at once, with its own boxes and its own picture', () => {
  const hub = new LiveHub();
  const socket = new FakeSocket();
  hub.add(socket, 'hello');
  hub.show(frame(3), false);
  const message = socket.sent[1];
  assert.ok(Buffer.isBuffer(message));
  const { header, jpeg: picture } = parseFrame(message);
  assert.deepEqual(
    { frame: header.frame, detections: header.detections },
    { frame: 3, detections: result(3).detections },
  );
  assert.deepEqual(picture, jpeg);
});

test('a client that reads nothing is handed a bounded amount, whatever happens', () => {
  const hub = new LiveHub();
  const socket = new FakeSocket();
  hub.add(socket, 'hello');
  for (let number = 0; number < 10_000; number++) {
    hub.show(frame(number), false);
    if (number % 10 === 0) hub.tell({ type: 'snapshot', feed: 'live', atMs: number, cameras: [], groups: [] });
  }
  assert.ok(socket.bufferedAmount < 500_000, `${socket.bufferedAmount} bytes are waiting`);
});

test('a client that was slow goes on with the newest frame and the newest account', () => {
  const hub = new LiveHub();
  const socket = new FakeSocket();
  hub.add(socket, 'hello');
  for (let number = 0; number < 100; number++) hub.show(frame(number), false);
  hub.tell({ type: 'snapshot', feed: 'live', atMs: 1, cameras: [], groups: [] });
  hub.tell({ type: 'snapshot', feed: 'live', atMs: 2, cameras: [], groups: [] });
  socket.takeAll();
  assert.deepEqual(socket.frames(), [0, 1, 2, 99]);
  const accounts = socket.sent.filter((each) => typeof each === 'string' && each.includes('snapshot'));
  assert.equal(accounts.length, 1);
  assert.match(String(accounts[0]), /"atMs":2/);
});

test('a slow client slows nobody else down', () => {
  const hub = new LiveHub();
  const [slow, quick] = [new FakeSocket(), new FakeSocket()];
  hub.add(slow, 'hello');
  hub.add(quick, 'hello');
  for (let number = 0; number < 50; number++) {
    hub.show(frame(number), false);
    quick.takeAll();
  }
  assert.equal(quick.frames().length, 50);
  assert.ok(slow.frames().length < 5);
});

test('a frame that comes after a newer one of its session is not shown', () => {
  const hub = new LiveHub();
  const socket = new FakeSocket();
  hub.add(socket, 'hello');
  for (const number of [4, 6, 5, 7]) hub.show(frame(number), false);
  socket.takeAll();
  assert.deepEqual(socket.frames().slice(0, 3), [4, 6, 7]);
  assert.equal(hub.newestOf('entrance')?.header.frame, 7);
});

test('a new session begins at frame 0 and is newer than the old one', () => {
  const hub = new LiveHub();
  hub.show(frame(900, { session: '2026-01-01' }), false);
  hub.show(frame(0, { session: '2026-01-02' }), false);
  assert.equal(hub.newestOf('entrance')?.header.session, '2026-01-02');
});

test('who comes later gets the newest frame of every camera', () => {
  const hub = new LiveHub();
  hub.show(frame(1), false);
  hub.show(frame(2), false);
  hub.show(frame(5, { camera: 'yard' }), false);
  const socket = new FakeSocket();
  hub.add(socket, 'hello');
  assert.equal(socket.sent[0], 'hello');
  assert.deepEqual([socket.frames('entrance'), socket.frames('yard')], [[2], [5]]);
});

test('history is not played: only its last frame is shown', () => {
  const hub = new LiveHub();
  const socket = new FakeSocket();
  hub.add(socket, 'hello');
  for (let number = 0; number < 500; number++) hub.show(frame(number), true);
  assert.deepEqual(socket.frames(), []);
  hub.drain();
  assert.deepEqual(socket.frames(), [499]);
});

test('a client sees the cameras it asks for, as often as it asks for', () => {
  let nowMs = 0;
  const hub = new LiveHub(() => nowMs);
  const socket = new FakeSocket();
  const client = hub.add(socket, 'hello');
  hub.setView(client, { type: 'view', cameras: ['yard'], maxFps: 5 });
  for (let number = 0; number < 20; number++) {
    hub.show(frame(number), false);
    hub.show(frame(number, { camera: 'yard' }), false);
    socket.takeAll();
    nowMs += 50;
  }
  assert.deepEqual(socket.frames('entrance'), []);
  assert.deepEqual(socket.frames('yard'), [0, 4, 8, 12, 16]);
  nowMs += 1000;
  hub.drain();
  assert.equal(socket.frames('yard').at(-1), 19);
});

test('what is not a view is refused', () => {
  assert.deepEqual(parseView('{"type":"view","cameras":["a"],"maxFps":2}'), {
    type: 'view',
    cameras: ['a'],
    maxFps: 2,
  });
  assert.deepEqual(parseView('{"type":"view"}'), { type: 'view' });
  const refused = [
    '',
    'null',
    '7',
    '{}',
    '{"type":"look"}',
    '{"type":"view","cameras":"a"}',
    '{"type":"view","cameras":[1]}',
  ];
  for (const text of [...refused, '{"type":"view","maxFps":0}', '{"type":"view","maxFps":"9"}']) {
    assert.equal(parseView(text), undefined, text);
  }
});
