import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replaces } from '../../src/topics/ledger-record.ts';
import { statement } from '../audit/scene.ts';

const hourUs = 3_600_000_000;

test('a later statement replaces an earlier one, and one that is read again does not', () => {
  const earlier = statement({ statedAtUs: 5, captured: 10, published: 9 });
  const later = statement({ statedAtUs: 6, captured: 10, published: 10 });
  assert.equal(replaces(later, earlier), true);
  assert.equal(replaces(earlier, later), false);
});

test('with the clock set back in between, what counts more replaces what counts less', () => {
  const before = statement({ statedAtUs: 2 * hourUs, captured: 10, published: 10 });
  const after = statement({ statedAtUs: hourUs, captured: 12, published: 10 });
  assert.equal(replaces(after, before), true);
});
