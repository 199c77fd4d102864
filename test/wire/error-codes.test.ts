import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorAnswer, errorCode, errorCodes } from '../../src/wire/error-codes.ts';

test('the codes run from −1 to 133 without a hole, each name once', () => {
  assert.deepEqual(
    errorCodes.map(({ code }) => code),
    Array.from({ length: 135 }, (_, i) => i - 1),
  );
  assert.equal(new Set(errorCodes.map(({ name }) => name)).size, errorCodes.length);
});

test('answers are found by code and by name; codes of the future read as unexpected', () => {
  assert.equal(errorCode.NOT_COORDINATOR, 16);
  assert.equal(errorAnswer(79).name, 'MEMBER_ID_REQUIRED');
  assert.equal(errorAnswer('REBALANCE_IN_PROGRESS').code, 27);
  assert.equal(errorAnswer(9_999).name, 'UNKNOWN_SERVER_ERROR');
});

test('what clients retry and what they do not is as in Apache Kafka', () => {
  const retriable = errorCodes.filter((answer) => answer.retriable).map(({ code }) => code);
  const expected = [2, 3, 5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 41, 51, 56, 70, 71, 72, 74, 75, 78, 80, 83, 84, 88, 89];
  assert.deepEqual(retriable, [...expected, 100, 103, 106, 122, 123, 133]);
});
