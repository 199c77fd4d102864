import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiOf, requestHeaderVersion, responseHeaderVersion } from '../../src/wire/apis.ts';

test('an API is found by its key', () => {
  assert.equal(apiOf(1)?.name, 'Fetch');
  assert.equal(apiOf(68)?.request.name, 'ConsumerGroupHeartbeatRequest');
  assert.equal(apiOf(4), undefined);
  assert.equal(apiOf(-1), undefined);
});

test('headers are flexible where the messages are', () => {
  assert.equal(requestHeaderVersion(0, 8), 1);
  assert.equal(requestHeaderVersion(0, 9), 2);
  assert.equal(responseHeaderVersion(0, 8), 0);
  assert.equal(responseHeaderVersion(0, 9), 1);
  assert.equal(requestHeaderVersion(47, 0), 1);
  assert.equal(requestHeaderVersion(60, 0), 2);
});

test('the header of an ApiVersions response is of version 0 always, that of its request is not', () => {
  assert.equal(requestHeaderVersion(18, 2), 1);
  assert.equal(requestHeaderVersion(18, 3), 2);
  for (let version = 0; version <= 4; version++) assert.equal(responseHeaderVersion(18, version), 0);
});

test('of an unknown API the header is read as far as it is the same everywhere', () => {
  assert.equal(requestHeaderVersion(999, 3), 1);
  assert.equal(responseHeaderVersion(999, 3), 0);
});
