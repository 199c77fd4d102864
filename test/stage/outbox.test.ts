import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maxGathered, Outbox } from '../../src/stage/outbox.ts';

interface Letter {
  name: string;
}

/** A way to the broker that notes each request and answers when it is told to. */
function makeOutbox() {
  const requests: { values: string[]; answer: (error?: Error) => void }[] = [];
  const acknowledged: string[] = [];
  const failures: unknown[] = [];
  const send = async (letters: readonly Letter[]): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const values = letters.map(({ name }) => name);
    requests.push({ values, answer: (error) => (error ? reject(error) : resolve()) });
    await promise;
    acknowledged.push(...values);
  };
  const outbox = new Outbox<Letter>({ send, onSettled: () => {}, onFailure: (error) => failures.push(error) });
  const add = (name: string, hasBacklog: boolean) => outbox.add({ name }, { hasBacklog, lingerMs: 100 });
  return { outbox, add, requests, acknowledged, failures };
}

test('without a backlog each record leaves at once', () => {
  const { add, requests } = makeOutbox();
  add('a', false);
  add('b', false);
  assert.deepEqual(
    requests.map(({ values }) => values),
    [['a'], ['b']],
  );
});

test('with a backlog records leave together: when enough have gathered, or when the backlog is over', async () => {
  const { outbox, add, requests, acknowledged } = makeOutbox();
  for (let i = 0; i < maxGathered + 3; i++) add(`r${i}`, true);
  assert.deepEqual(
    requests.map(({ values }) => values.length),
    [maxGathered],
  );
  assert.equal(outbox.waiting, maxGathered + 3);
  outbox.flush();
  assert.deepEqual(
    requests.map(({ values }) => values.length),
    [maxGathered, 3],
  );
  for (const { answer } of requests) answer();
  await outbox.empty();
  assert.equal(outbox.waiting, 0);
  assert.deepEqual(
    acknowledged,
    Array.from({ length: maxGathered + 3 }, (_, i) => `r${i}`),
  );
});

test('with a backlog a lonely record leaves after a moment all the same', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { add, requests } = makeOutbox();
  add('a', true);
  t.mock.timers.tick(99);
  assert.equal(requests.length, 0);
  t.mock.timers.tick(1);
  assert.deepEqual(
    requests.map(({ values }) => values),
    [['a']],
  );
});

test('what the broker refuses is not acknowledged, and is told once', async () => {
  const { outbox, add, requests, acknowledged, failures } = makeOutbox();
  add('a', false);
  const refusal = new Error('refused');
  requests[0]?.answer(refusal);
  await outbox.empty();
  assert.deepEqual([acknowledged, failures, outbox.waiting], [[], [refusal], 0]);
});
