import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { test } from 'node:test';
import { cacheDirectory } from '../../src/base/cache-directory.ts';

test('the cache lies in XDG_CACHE_HOME', () => {
  assert.equal(cacheDirectory({ XDG_CACHE_HOME: '/var/tmp/caches' }), '/var/tmp/caches/vigil');
});

test('without XDG_CACHE_HOME, or with a relative one, the cache lies in the home directory', () => {
  assert.equal(cacheDirectory({}), `${homedir()}/.cache/vigil`);
  assert.equal(cacheDirectory({ XDG_CACHE_HOME: 'caches' }), `${homedir()}/.cache/vigil`);
});
