import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeError, fault, faults, isFault } from '../../src/base/errors.ts';
import { nearest } from '../../src/base/nearest.ts';
import { redactSource } from '../../src/base/secrets.ts';
import { formatBytes, formatHostPort, parseBytes, parseDurationMs, parseHostPort } from '../../src/base/units.ts';

test('a fault tells a person what was found and what to do, and keeps its cause', () => {
  const cause = new Error('EADDRINUSE');
  const error = fault('PORT_IN_USE', '127.0.0.1:9092 is taken', { cause });
  assert.equal(error.cause, cause);
  assert.equal(describeError(error), `127.0.0.1:9092 is taken\n  ${faults.PORT_IN_USE.next} (PORT_IN_USE)`);
  assert.ok(isFault(error, 'PORT_IN_USE') && !isFault(error, 'DISK_FULL') && !isFault(cause));
});

test('durations and sizes carry their unit', () => {
  assert.equal(parseDurationMs('24h'), 86_400_000);
  assert.equal(parseDurationMs('1.5s'), 1500);
  assert.equal(parseBytes('50GB'), 50e9);
  assert.equal(parseBytes('64MiB'), 64 * 2 ** 20);
  for (const bad of ['', '5', 'h', '-1s', '5 parsecs'])
    assert.throws(
      () => parseDurationMs(bad),
      (e) => isFault(e, 'USAGE'),
    );
  assert.equal(formatBytes(1_234_567), '1.2 MB');
});

test('an address may leave its host out and may be IPv6', () => {
  assert.deepEqual(parseHostPort('0.0.0.0:80'), { host: '0.0.0.0', port: 80 });
  assert.deepEqual(parseHostPort('8081'), { host: '127.0.0.1', port: 8081 });
  assert.deepEqual(parseHostPort(':0'), { host: '127.0.0.1', port: 0 });
  assert.deepEqual(parseHostPort('[::1]:9092'), { host: '::1', port: 9092 });
  assert.equal(formatHostPort('::1', 9092), '[::1]:9092');
  for (const bad of ['', 'host', 'host:', 'host:99999', 'a:b:1'])
    assert.throws(
      () => parseHostPort(bad),
      (e) => isFault(e, 'USAGE'),
    );
});

test('the nearest word is suggested when it is near, and none otherwise', () => {
  assert.equal(nearest('thresold', ['threshold', 'labels']), 'threshold');
  assert.equal(nearest('zzz', ['threshold', 'labels']), undefined);
});

test('a password never shows, wherever its @ is', () => {
  assert.equal(redactSource('rtsp://viewer:p@ss@camera/1'), 'rtsp://viewer:***@camera/1');
  assert.equal(redactSource('rtsp://camera/1'), 'rtsp://camera/1');
  assert.equal(redactSource('./yard.mp4'), './yard.mp4');
});
