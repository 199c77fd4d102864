import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lingerMs } from '../../src/stage/linger.ts';

test('a result lingers a twentieth of the age of its record, a tenth of a second at least and a third at most', () => {
  const nowMs = 1_000_000;
  const ages = [-5000, 0, 1999, 4000, 6000, 60_000];
  assert.deepEqual(
    ages.map((ageMs) => lingerMs({ timestampMs: nowMs - ageMs }, nowMs)),
    [100, 100, 100, 200, 300, 350],
  );
});
