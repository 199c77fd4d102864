import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { result, statement } from './fake-log.ts';
import { LiveTestClient, serve } from './serve-harness.ts';

const jpeg = Buffer.alloc(60_000, 9);

test('the feed greets, tells the account, then sends each result with its frame', async (context) => {
  const { url, log, until } = await serve(context, { title: 'Shop', notices: ['Model: yolox-nano'] });
  await until((snapshot) => snapshot.feed === 'live');
  const client = await LiveTestClient.connect(url);
  log.state(statement({ captured: 1, published: 1 }));
  log.answer(result(0), jpeg);
  const [frame] = await client.framesTo(1);
  const [hello] = client.texts;
  assert.ok(hello?.type === 'hello');
  assert.deepEqual({ title: hello.title, notices: hello.notices }, { title: 'Shop', notices: ['Model: yolox-nano'] });
  assert.match(hello.version, /^\d+\.\d+\.\d+/);
  const { type, camera, session, detector, inferenceUs, width, height } = frame?.header ?? {};
  assert.deepEqual(
    { type, camera, session, detector, inferenceUs, width, height },
    {
      type: 'frame',
      camera: 'entrance',
      session: 's1',
      detector: 'people@1',
      inferenceUs: 1000,
      width: 320,
      height: 180,
    },
  );
  assert.ok((frame?.header.resultAtUs ?? 0) >= (frame?.header.capturedAtUs ?? Infinity));
  assert.deepEqual(frame?.jpeg, jpeg);
  await client.snapshot((snapshot) => snapshot.cameras[0]?.results === 1);
});

test('a client that never reads keeps nobody waiting and is owed little', async (context) => {
  const { url, log, part, until } = await serve(context);
  await until((snapshot) => snapshot.feed === 'live');
  const stuck = await LiveTestClient.connect(url);
  stuck.socket.pause();
  const quick = await LiveTestClient.connect(url);
  log.state(statement());
  // 60 MB in all: far more than the system's own buffers hold for the stuck client.
  const count = 1_000;
  for (let number = 0; number < count; number++) {
    log.answer(result(number), jpeg);
    await quick.framesTo(number + 1);
  }
  await until((snapshot) => snapshot.cameras[0]?.results === count);
  stuck.socket.resume();
  const newest = await frameOf(stuck, count - 1);
  assert.ok(newest < count / 2, `${newest} of ${count} frames were kept for it`);
  await part.close();
});

/** Waits for a frame. @returns how many came before it */
async function frameOf(client: LiveTestClient, frame: number): Promise<number> {
  for (;;) {
    const index = client.frames.findIndex(({ header }) => header.frame === frame);
    if (index >= 0) return index;
    await once(client.socket, 'message');
  }
}

test('a client that talks nonsense is shown out', async (context) => {
  const { url } = await serve(context);
  const client = await LiveTestClient.connect(url);
  client.socket.send('{"type":"everything"}');
  assert.equal((await once(client.socket, 'close'))[0], 1003);
});

test('results without their frame are still told', async (context) => {
  const { url, log, until } = await serve(context);
  await until((snapshot) => snapshot.feed === 'live');
  const client = await LiveTestClient.connect(url);
  log.answer(result(0), undefined);
  const [frame] = await client.framesTo(1);
  assert.equal(frame?.jpeg.length, 0);
  assert.equal(frame?.header.detections.length, 1);
});
