import assert from 'node:assert/strict';
import { offsetFetchRequest, offsetFetchResponse } from '../../src/wire/messages/09-offset-fetch.ts';
import type { Fixture } from '../contract/fixture.ts';
import type { RawClient } from '../contract/raw-client.ts';
import { fetchCommitted } from './fetch-committed.ts';
import type { HistoryEvent } from './history.ts';
import { copies, groups, partitionName, partitions, topic } from './names.ts';

/** Asks for the groups' offsets and adds the answers to the history. */
export async function seeCommitted(history: HistoryEvent[], client: RawClient): Promise<void> {
  const indexes = Array.from({ length: partitions }, (_, partition) => partition);
  for (const group of groups) {
    const askedAt = history.length;
    const answer = await client.send({ request: offsetFetchRequest, response: offsetFetchResponse }, 7, {
      groupId: group,
      topics: [{ name: topic, partitionIndexes: indexes }],
    });
    const found = answer.topics[0]?.partitions ?? [];
    assert.equal(found.length, partitions);
    for (const { partitionIndex, committedOffset, errorCode } of found) {
      assert.equal(errorCode, 0);
      const partition = partitionName(topic, partitionIndex);
      history.push({ kind: 'committedSeen', group, partition, offset: committedOffset, askedAt });
    }
  }
}

/** Offsets from which the auditor reads on, by partition. */
export type AuditPositions = Map<string, bigint>;

/**
 * Polls all that readers of committed records can see from these positions on, and moves them; an empty map is everything.
 * The auditor is a client of its own that nothing else depends on.
 */
export async function readOn(history: HistoryEvent[], fixture: Fixture, positions: AuditPositions): Promise<void> {
  history.push({ kind: 'assigned', client: 'auditor' });
  for (const name of [topic, copies]) {
    for (let partition = 0; partition < partitions; partition++) {
      await readPartition(history, fixture, { topic: name, partition, positions });
    }
  }
}

async function readPartition(
  history: HistoryEvent[],
  fixture: Fixture,
  { topic, partition, positions }: { topic: string; partition: number; positions: AuditPositions },
): Promise<void> {
  const name = partitionName(topic, partition);
  for (let offset = positions.get(name) ?? 0n; ; ) {
    const { records, next, highWatermark, lastStableOffset } = await fetchCommitted(fixture, {
      ...{ topic, partition, offset },
    });
    assert.equal(lastStableOffset, highWatermark, 'a transaction is still open');
    if (records.length > 0) history.push({ kind: 'poll', client: 'auditor', partition: name, records });
    positions.set(name, next);
    if (next >= highWatermark) break;
    assert.ok(next > offset, `nothing more comes at ${name}@${offset}, the end is ${highWatermark}`);
    offset = next;
  }
  history.push({ kind: 'readToEnd', partition: name });
}
