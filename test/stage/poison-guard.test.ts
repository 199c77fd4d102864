import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionLease } from '../../src/stage/kafka/partition-lease.ts';
import { PoisonGuard } from '../../src/stage/poison-guard.ts';

function makeGuard({ afterCrash = false, inFlight = 3 } = {}) {
  const notes: string[] = [];
  const guard = new PoisonGuard({
    afterCrash,
    refuse: (_, deaths) => [{ topic: 'refused', value: Buffer.from(String(deaths)), headers: new Map() }],
    consumer: { note: async ({ partition }, text) => void notes.push(`${partition}: ${text}`) },
    inFlight: () => inFlight,
    signal: new AbortController().signal,
  });
  return { guard, notes };
}

function record(offset: bigint, note = '') {
  const lease = new PartitionLease({ topic: 't', partition: 1 }, offset, note);
  const content = { timestampMs: 0, key: null, value: Buffer.alloc(0), headers: new Map<string, string>() };
  return { topic: 't', partition: 1, offset, ...content, lease };
}

const work = async () => [];

test('without a crash nobody is suspected and nothing is written', () => {
  const { guard, notes } = makeGuard();
  assert.deepEqual(
    [0n, 1n, 2n].map((offset) => guard.suspects(record(offset))),
    [false, false, false],
  );
  assert.deepEqual(notes, []);
});

test('after a crash as many records are suspected as can have been in hand, each under a note', async () => {
  const { guard, notes } = makeGuard({ afterCrash: true, inFlight: 2 });
  const suspected: boolean[] = [];
  for (const offset of [7n, 8n, 9n]) {
    const each = record(offset);
    suspected.push(guard.suspects(each));
    if (suspected.at(-1)) assert.equal(await guard.workFor(each, work), work);
  }
  assert.deepEqual(suspected, [true, true, false]);
  assert.deepEqual(notes, ['1: attempt 1 at offset 7', '1: attempt 1 at offset 8']);
});

test('a note of an attempt that did not end is counted on, by whoever reads the partition, for that record only', async () => {
  const { guard, notes } = makeGuard();
  const suspect = record(7n, 'attempt 2 at offset 7');
  assert.equal(guard.suspects(suspect), true);
  assert.equal(await guard.workFor(suspect, work), work);
  assert.deepEqual(notes, ['1: attempt 3 at offset 7']);
  assert.equal(guard.suspects({ ...suspect, offset: 8n }), false);
  assert.equal(guard.suspects(record(7n, 'what somebody else wrote')), false);
});

test('a record that ended its process three times is refused and not tried again', async () => {
  const { guard, notes } = makeGuard();
  const poison = record(7n, 'attempt 3 at offset 7');
  assert.equal(guard.suspects(poison), true);
  const [refused] = await (await guard.workFor(poison, work))(poison);
  assert.deepEqual([refused?.topic, refused?.value.toString()], ['refused', '3']);
  assert.deepEqual(notes, []);
});
