import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HistoryEvent, Send } from './history.ts';
import { findAnomalies } from './oracle.ts';

const partition = 'topic/0';

function send(value: string, offset: bigint | undefined, more: Partial<Send> = {}): HistoryEvent {
  const acknowledged = { outcome: 'acknowledged', ...(offset === undefined ? {} : { offset }) } as const;
  return { kind: 'send', client: 'writer', partition, value, ...acknowledged, ...more };
}

function poll(records: Record<string, string>, client = 'reader'): HistoryEvent {
  const polled = Object.entries(records).map(([offset, value]) => ({ offset: BigInt(offset), value }));
  return { kind: 'poll', client, partition, records: polled };
}

const readToEnd: HistoryEvent = { kind: 'readToEnd', partition };
const ended = (id: string, outcome: 'committed' | 'aborted' | 'unknown'): HistoryEvent => ({
  kind: 'transaction',
  id,
  outcome,
});
const committed = (offset: bigint): HistoryEvent => ({ kind: 'committed', group: 'group', partition, offset });
const committedSeen = (offset: bigint, askedAt: number): HistoryEvent => ({
  kind: 'committedSeen',
  group: 'group',
  partition,
  offset,
  askedAt,
});

/** What a group made of the record at offset 0, in another partition. */
function made(value: string, transaction: string): HistoryEvent {
  const source = { group: 'makers', partition, offset: 0n };
  return { kind: 'send', client: 'maker', partition: 'copies/0', value, outcome: 'unknown', transaction, source };
}

const makersSeen = (offset: bigint, askedAt: number): HistoryEvent =>
  ({ ...committedSeen(offset, askedAt), group: 'makers' }) as HistoryEvent;

function pollCopies(records: Record<string, string>): HistoryEvent {
  return { ...poll(records, 'auditor'), partition: 'copies/0' } as HistoryEvent;
}

const kinds = (history: readonly HistoryEvent[]) => findAnomalies(history).map(({ kind }) => kind);

/** Everything that may happen to honest clients of an honest broker that is killed now and then. */
const sound: HistoryEvent[] = [
  send('a', 0n),
  send('b', undefined, { outcome: 'unknown' }),
  send('c', undefined, { outcome: 'unknown' }),
  send('refused', undefined, { outcome: 'failed' }),
  send('d', 3n, { transaction: 't1' }),
  ended('t1', 'committed'),
  send('e', 5n, { transaction: 't2' }),
  ended('t2', 'aborted'),
  send('f', 7n, { transaction: 't3' }),
  ended('t3', 'unknown'),
  send('g', 9n, { transaction: 'never ended' }),
  poll({ 0: 'a', 2: 'c' }),
  poll({ 3: 'd', 7: 'f' }),
  { kind: 'assigned', client: 'reader' },
  poll({ 2: 'c', 3: 'd', 7: 'f' }),
  poll({ 0: 'a', 2: 'c', 3: 'd', 7: 'f' }, 'auditor'),
  { ...poll({ 5: 'e', 7: 'f', 9: 'g' }, 'impatient'), isUncommitted: true } as HistoryEvent,
  committed(3n),
  committedSeen(3n, 18),
  committed(8n),
  committedSeen(3n, 19),
  made('not yet', 't4'),
  ended('t4', 'aborted'),
  made('made of a', 't5'),
  ended('t5', 'unknown'),
  pollCopies({ 2: 'made of a' }),
  makersSeen(1n, 26),
  readToEnd,
];

test('a history that keeps all promises has no anomaly', () => {
  assert.deepEqual(findAnomalies(sound), []);
});

const planted: [fault: string, anomaly: string, history: HistoryEvent[]][] = [
  [
    'an acknowledged write below a polled one is never polled',
    'lost write',
    [send('a', 0n), send('b', 1n), poll({ 1: 'b' })],
  ],
  [
    'the acknowledged end of a partition is cut off',
    'lost write',
    [send('a', 0n), send('b', 1n), poll({ 0: 'a' }), readToEnd],
  ],
  ['a write acknowledged without its offset is not there', 'lost write', [send('a', undefined), readToEnd]],
  [
    'a write of a committed transaction is not there',
    'lost write',
    [send('a', 0n, { transaction: 't' }), ended('t', 'committed'), readToEnd],
  ],
  ['a value is polled at two offsets', 'duplicate', [send('a', 0n), poll({ 0: 'a', 1: 'a' })]],
  ['a value is polled elsewhere than it was acknowledged', 'duplicate', [send('a', 0n), poll({ 1: 'a' })]],
  [
    'two readers find different values at one offset',
    'inconsistent offset',
    [send('a', 0n), send('b', undefined, { outcome: 'unknown' }), poll({ 0: 'a' }), poll({ 0: 'b' }, 'other')],
  ],
  [
    'two writes are acknowledged at one offset',
    'inconsistent offset',
    [send('a', 0n), send('b', 0n, { client: 'other' })],
  ],
  ['a refused write is polled', 'aborted read', [send('a', undefined, { outcome: 'failed' }), poll({ 0: 'a' })]],
  [
    'a write of an aborted transaction is polled',
    'aborted read',
    [send('a', 0n, { transaction: 't' }), ended('t', 'aborted'), poll({ 0: 'a' })],
  ],
  [
    'a write of a transaction that nobody ended is polled',
    'aborted read',
    [send('a', 0n, { transaction: 't' }), poll({ 0: 'a' })],
  ],
  ['a value is polled that nobody sent', 'unknown value', [poll({ 0: 'from nowhere' })]],
  [
    'half of a transaction of unknown end is polled',
    'torn transaction',
    [send('a', 0n, { transaction: 't' }), send('b', 1n, { transaction: 't' }), ended('t', 'unknown'), poll({ 1: 'b' })],
  ],
  [
    'a reader passes over a record within a poll',
    'poll skip',
    [send('a', 0n), send('b', 1n), send('c', 2n), poll({ 0: 'a', 2: 'c' }), poll({ 1: 'b' }, 'other')],
  ],
  [
    'a reader passes over a record between two polls',
    'poll skip',
    [send('a', 0n), send('b', 1n), send('c', 2n), poll({ 0: 'a' }), poll({ 2: 'c' }), poll({ 1: 'b' }, 'other')],
  ],
  [
    'a reader goes back without a new assignment',
    'non-monotonic poll',
    [send('a', 0n), send('b', 1n), poll({ 0: 'a', 1: 'b' }), poll({ 0: 'a' })],
  ],
  ["a writer's later write gets the lower offset", 'non-monotonic send', [send('a', 1n), send('b', 0n)]],
  [
    'a committed offset is below an acknowledged one',
    'committed offset went back',
    [committed(5n), committedSeen(4n, 1)],
  ],
  [
    'a committed offset is below one seen before',
    'committed offset went back',
    [committedSeen(5n, 0), committedSeen(4n, 1)],
  ],
  [
    'two committed records were made of one',
    'processed twice',
    [send('a', 0n), made('b', 't1'), ended('t1', 'committed'), made('c', 't2'), ended('t2', 'committed')].concat(
      poll({ 0: 'a' }),
      pollCopies({ 0: 'b', 2: 'c' }),
    ),
  ],
  [
    'a group is past a record of which nothing was made',
    'never processed',
    [send('a', 0n), send('b', 1n), made('c', 't'), ended('t', 'committed')].concat(
      poll({ 0: 'a', 1: 'b' }),
      pollCopies({ 0: 'c' }),
      makersSeen(2n, 6),
    ),
  ],
  [
    'a group is past a record of which only an aborted transaction made something',
    'never processed',
    [send('a', 0n), made('b', 't'), ended('t', 'aborted'), poll({ 0: 'a' }), makersSeen(1n, 4)],
  ],
  ['the committed offsets of a group are gone', 'committed offset went back', [committed(5n), committedSeen(-1n, 1)]],
];

for (const [fault, anomaly, history] of planted) {
  test(`the oracle calls it ${anomaly} when ${fault}`, () => {
    assert.ok(kinds(history).includes(anomaly as never), `found ${kinds(history).join(', ') || 'nothing'}`);
    assert.deepEqual([...new Set(kinds(history))], [anomaly]);
  });
}
