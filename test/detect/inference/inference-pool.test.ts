import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isFault } from '../../../src/base/errors.ts';
import type { JpegFrame } from '../../../src/detect/inference/detector.ts';
import { type InferencePool, startInferencePool } from '../../../src/detect/inference/inference-pool.ts';
import { lightManifest } from '../support/tiny-model.ts';

const threadModule = new URL('../support/scripted-worker.ts', import.meta.url);

async function startPool(t: TestContext, threads: number, crashes: string[] = []): Promise<InferencePool> {
  const settings = { manifest: lightManifest, path: 'works' };
  const onCrash = (error: Error) => crashes.push(error.message);
  const pool = await startInferencePool({ settings, threads, onCrash, threadModule });
  t.after(() => pool.close());
  return pool;
}

function frame(script: string, value = 0): JpegFrame {
  return { jpeg: Uint8Array.of(script.charCodeAt(0), value), width: 1, height: 1 };
}

test('every frame gets its own answer, however many are in hand', async (t) => {
  const pool = await startPool(t, 2);
  const values = Array.from({ length: 50 }, (_, index) => index);
  const sights = await Promise.all(values.map((value) => pool.look(frame('s', value))));
  assert.deepEqual(
    sights.map(({ inferenceUs }) => inferenceUs),
    values,
  );
});

test('a frame is handed over without touching the record it came from', async (t) => {
  const pool = await startPool(t, 1);
  const batch = Buffer.from('s\x05 and the rest of a fetched batch');
  const sight = await pool.look({ jpeg: batch.subarray(0, 2), width: 1, height: 1 });
  assert.equal(sight.inferenceUs, 5);
  assert.equal(batch.toString(), 's\x05 and the rest of a fetched batch');
});

test('the fault of a frame keeps its code and advice on the way out of the thread', async (t) => {
  const pool = await startPool(t, 1);
  await assert.rejects(pool.look(frame('f')), (error) => {
    assert.ok(isFault(error, 'FRAME_UNDECODABLE'));
    assert.deepEqual([error.message, error.next], ['no picture', 'look at it']);
    return true;
  });
});

test('only the frame that kills its thread is blamed; those beside it are answered by another thread', async (t) => {
  const crashes: string[] = [];
  const pool = await startPool(t, 1, crashes);
  const outcomes = await Promise.allSettled([
    pool.look(frame('x')),
    pool.look(frame('s', 1)),
    pool.look(frame('s', 2)),
    pool.look(frame('s', 3)),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  );
  assert.ok(outcomes[0].status === 'rejected' && isFault(outcomes[0].reason, 'INFERENCE_FAILED'));
  assert.match(String(outcomes[0].reason.message), /ended its thread twice: the inference thread ended with code 3/);
  assert.equal(crashes.length, 2);
});

test('a thread that throws is replaced and the pool goes on, again and again', async (t) => {
  const crashes: string[] = [];
  const pool = await startPool(t, 2, crashes);
  for (let round = 0; round < 4; round++) {
    await assert.rejects(pool.look(frame('t')), (error) => isFault(error, 'INFERENCE_FAILED'));
  }
  assert.deepEqual(crashes, Array(8).fill('out of order'));
  assert.equal((await pool.look(frame('s', 9))).inferenceUs, 9);
});

test('a pool whose threads die at the start does not start', async () => {
  const settings = { manifest: lightManifest, path: 'dies' };
  const start = startInferencePool({ settings, threads: 2, onCrash: () => undefined, threadModule });
  await assert.rejects(start, (error) => isFault(error, 'INFERENCE_FAILED') && /code 7/.test(error.message));
});

test('closing lets the frames in hand finish and turns the waiting ones away as not looked at', async (t) => {
  const pool = await startPool(t, 1);
  const inHand = [pool.look(frame('s', 1)), pool.look(frame('s', 2))];
  const waiting = pool.look(frame('s', 3));
  const refused = assert.rejects(waiting, (error) => isFault(error, 'PART_FAILED'));
  await pool.close();
  assert.deepEqual(
    (await Promise.all(inHand)).map(({ inferenceUs }) => inferenceUs),
    [1, 2],
  );
  await refused;
  await assert.rejects(pool.look(frame('s')), (error) => isFault(error, 'PART_FAILED'));
});
