import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cutShort, swallowedFrames } from '../../src/capture/film-end.ts';
import { quantiser } from '../../src/capture/jpeg-encoder.ts';
import { scaledSize } from '../../src/capture/picture-size.ts';
import { reconnectDelayMs } from '../../src/capture/reconnect-delay.ts';
import { SessionAccount } from '../../src/capture/session-account.ts';
import { newSessionId, openingAfter } from '../../src/capture/session-id.ts';
import { cameraIdPattern } from '../../src/topics/topic-names.ts';
import { camera } from './capture-run.ts';

test('session ids sort by time, differ, and suit ids and paths', () => {
  const first = newSessionId(Date.UTC(2026, 10, 21, 2, 45, 12, 123));
  assert.match(first, /^20261121T024512\.123Z-[0-9a-f]{4}$/);
  assert.match(first, cameraIdPattern);
  assert.ok(first < newSessionId(Date.UTC(2026, 10, 21, 2, 45, 12, 124)));
});

test('a session that follows another one is newer by its opening and its id, also when the clock was set back', () => {
  const tomorrowUs = (Date.now() + 86_400_000) * 1000;
  const before = new SessionAccount(camera('testsrc'), true, { notBeforeUs: tomorrowUs });
  const after = new SessionAccount(camera('testsrc'), true, { notBeforeUs: openingAfter(before) });
  assert.equal(before.openedAtUs, tomorrowUs);
  assert.ok(after.openedAtUs > before.openedAtUs && after.id > before.id, `${before.id}, ${after.id}`);
  assert.ok(Math.abs(after.statement().statedAtUs / 1000 - Date.now()) < 60_000, 'what is said is said now');
});

test('the wait before reconnecting doubles from half a second to half a minute, spread by a quarter', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => reconnectDelayMs(failures, false, 0.5));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
  assert.deepEqual([reconnectDelayMs(1, false, 0), reconnectDelayMs(1, false, 1)], [375, 625]);
  assert.equal(reconnectDelayMs(1, true, 0.5), 30_000);
});

test('a JPEG stands upright with square pixels, is never enlarged, and even where scaled', () => {
  const options = { quarterTurned: false, pixelAspect: 1, maxWidth: 1280 };
  assert.deepEqual(scaledSize({ width: 1920, height: 1080 }, options), { width: 1280, height: 720 });
  assert.deepEqual(scaledSize({ width: 641, height: 359 }, options), { width: 641, height: 359 });
  assert.deepEqual(scaledSize({ width: 1366, height: 768 }, { ...options, maxWidth: 641 }), {
    width: 640,
    height: 360,
  });
  assert.deepEqual(scaledSize({ width: 1920, height: 1080 }, { ...options, quarterTurned: true }), {
    width: 1080,
    height: 1920,
  });
  assert.deepEqual(scaledSize({ width: 720, height: 576 }, { ...options, pixelAspect: 16 / 15 }), {
    width: 720,
    height: 540,
  });
  assert.deepEqual(scaledSize({ width: 720, height: 480 }, { ...options, pixelAspect: 8 / 9 }), {
    width: 640,
    height: 480,
  });
});

test('a higher quality means a finer quantiser, within what FFmpeg takes', () => {
  assert.deepEqual([100, 95, 90, 80, 50, 10, 1].map(quantiser), [1, 1, 3, 6, 14, 31, 31]);
});

test('a film is cut short only when both its frames and its length say so', () => {
  const whole = {
    announcedFrames: 100,
    announcedUs: 10_000_000,
    packets: 100,
    frames: 100,
    damaged: 0,
    spanUs: 10_000_000,
  };
  assert.equal(cutShort(whole), undefined);
  assert.equal(cutShort({ ...whole, packets: 98 }), undefined);
  assert.equal(cutShort({ ...whole, announcedFrames: 0, announcedUs: 0, spanUs: 1 }), undefined);
  assert.match(
    cutShort({ ...whole, packets: 40, frames: 39, spanUs: 4_000_000 }) ?? '',
    /39 of 100 frames \(4\.0 of 10\.0 s\)/,
  );
});

test('frames missing from a film count as swallowed only where something was damaged', () => {
  const film = {
    announcedFrames: 100,
    announcedUs: 10_000_000,
    packets: 100,
    frames: 95,
    damaged: 2,
    spanUs: 10_000_000,
  };
  assert.equal(swallowedFrames(film), 3);
  assert.equal(swallowedFrames({ ...film, damaged: 0 }), 0);
});
