import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeMatches } from '../../../src/broker/handlers/whole-matches.ts';

test('an expression has to fit the whole text', () => {
  assert.deepEqual([...(wholeMatches('app-.*', ['app-1', 'my-app-1', 'app']) ?? [])], ['app-1']);
  assert.deepEqual([...(wholeMatches('a|b', ['a', 'ab', 'b']) ?? [])], ['a', 'b']);
});

test('what is no expression is told', () => {
  assert.equal(wholeMatches('(', ['a']), undefined);
});

test('an expression that would take for ever is given up', () => {
  assert.equal(wholeMatches('(a+)+', [`${'a'.repeat(200)}!`]), undefined);
});
