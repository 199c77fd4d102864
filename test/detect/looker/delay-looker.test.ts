import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { delayOfModel, startDelayLooker } from '../../../src/detect/looker/delay-looker.ts';
import { startLooker } from '../../../src/detect/looker/start-looker.ts';
import { FakeClock, settle } from '../../support/fake-clock.ts';

const frame = { jpeg: Buffer.from('not a picture'), width: 64, height: 48 };

/** Frames given to a looker, and how many it has answered. */
function give(looker: ReturnType<typeof startDelayLooker>, count: number) {
  const given = { answered: 0 };
  for (let index = 0; index < count; index++) {
    looker.look(frame).then(
      () => given.answered++,
      () => undefined,
    );
  }
  return given;
}

test('each worker takes its time over one frame after the other', async () => {
  const clock = new FakeClock();
  const given = give(startDelayLooker({ delayMs: 500, workers: 2, clock }), 5);
  for (const answered of [0, 2, 4, 5]) {
    await settle();
    assert.equal(given.answered, answered);
    await clock.advance(499);
    assert.equal(given.answered, answered);
    await clock.advance(1);
  }
});

test('a frame is answered with nothing seen, after the time it took', async () => {
  const { detections, inferenceUs } = await startDelayLooker({ delayMs: 3, workers: 1 }).look(frame);
  assert.deepEqual(detections, []);
  assert.ok(inferenceUs >= 2_000);
});

test('closing ends the pause: the frame was not looked at', async () => {
  const looker = startDelayLooker({ delayMs: 3_600_000, workers: 1 });
  const looks = [looker.look(frame), looker.look(frame)];
  const ends = looks.map((look) => assert.rejects(look, { code: 'PART_FAILED' }));
  await settle();
  await looker.close();
  await Promise.all(ends);
});

test('the duration is read from the model’s name, half a second when there is none', () => {
  assert.equal(delayOfModel('delay'), 500);
  assert.equal(delayOfModel('delay:1.5s'), 1500);
  assert.equal(delayOfModel('delay:0ms'), 0);
  assert.equal(delayOfModel('delayed'), undefined);
  assert.equal(delayOfModel('yolox-nano'), undefined);
  for (const wrong of ['delay:', 'delay:soon', 'delay:-1s', 'delay:500', 'delay:2h']) {
    assert.throws(() => delayOfModel(wrong), { code: 'CONFIG_INVALID', next: 'Write it like delay:500ms.' });
  }
});

test('a detector’s model may be a delay, whatever labels it asks for', async () => {
  const looker = await startLooker({
    detector: 'slow@1',
    looker: { model: 'delay:1ms', labels: ['person'], workers: 5 },
    cacheDir: '/nowhere',
    logger: pino({ level: 'silent' }),
  });
  assert.equal(looker.model, 'delay:1ms');
  assert.equal(looker.concurrency, 5);
  assert.deepEqual((await looker.look(frame)).detections, []);
  await looker.close();
});
