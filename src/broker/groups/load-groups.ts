import { decodeTransactionEnd } from '../../wire/control-record.ts';
import { decodeGroupLogKey, groupMetadataValue, offsetCommitValue } from '../../wire/group-log.ts';
import { decodeVersioned } from '../../wire/versioned.ts';
import type { ReplayedBatch, StateRecord, StateTopic } from '../state/state-topic.ts';
import { CommittedOffsets } from './committed-offsets.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import { offsetFrom, snapshotFrom } from './group-records.ts';
import type { GroupSnapshot } from './group-types.ts';

interface Loaded {
  snapshot: GroupSnapshot | undefined;
  isKnown: boolean;
  offsets: CommittedOffsets;
}

/** Fills the coordinator with what the offsets topic says. */
export function loadGroups(store: StateTopic, coordinator: Pick<GroupCoordinator, 'restore'>): void {
  const groups = new Map<string, Loaded>();
  store.replay((batch) => apply(groups, batch));
  for (const [groupId, { snapshot, offsets, isKnown }] of groups) {
    if (isKnown || !offsets.isEmpty) coordinator.restore(groupId, snapshot, offsets);
  }
}

function apply(groups: Map<string, Loaded>, batch: ReplayedBatch): void {
  if (batch.kind === 'control') {
    const end = decodeTransactionEnd(batch);
    if (end !== undefined)
      for (const { offsets } of groups.values()) offsets.endTransaction(batch.producerId, end.result);
    return;
  }
  for (const record of batch.records) applyRecord(groups, record, batch.isTransactional ? batch.producerId : undefined);
}

function applyRecord(groups: Map<string, Loaded>, { key, value }: StateRecord, producerId: bigint | undefined): void {
  const what = decodeGroupLogKey(key);
  if (what.kind === 'other') return;
  const loaded = groups.get(what.group) ?? { snapshot: undefined, isKnown: false, offsets: new CommittedOffsets() };
  groups.set(what.group, loaded);
  if (what.kind === 'group') {
    loaded.snapshot = value === null ? undefined : snapshotFrom(decodeVersioned(groupMetadataValue, value));
    loaded.isKnown = value !== null;
    return;
  }
  const offsets = producerId === undefined ? loaded.offsets : loaded.offsets.pendingOf(producerId);
  if (value === null) offsets.delete(what);
  else offsets.set(what, offsetFrom(decodeVersioned(offsetCommitValue, value)));
}
