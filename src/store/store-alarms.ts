import type { AlarmEntry } from '../topics/alarm-record.ts';
import type { Acknowledgement, Alarm, AlarmDelivery } from '../topics/alarm-schema.ts';
import { withoutPerson } from './erase-person.ts';
import type { Store, Tables } from './tables.ts';
import { wantPictures } from './want-pictures.ts';

/** Stores alarms and who has seen to them, in the order of the log. @returns how many rows have changed */
export async function storeAlarms(transaction: Store, entries: readonly AlarmEntry[]): Promise<number> {
  let changed = 0;
  for (const entry of entries) {
    changed += await (entry.kind === 'alarm'
      ? storeAlarm(transaction, entry.alarm)
      : acknowledge(transaction, entry.acknowledgement));
  }
  return changed;
}

/** A lower level than the one that is known is a record that is read anew. */
async function storeAlarm(transaction: Store, told: Alarm): Promise<number> {
  const alarm = (await isErased(transaction, told)) ? withoutPerson(told) : told;
  const { id, ...row } = alarmRow(alarm);
  const { numInsertedOrUpdatedRows = 0n } = await transaction
    .insertInto('alarms')
    .values({ id, ...row, acknowledged_us: null, acknowledged_by: null, note: null })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row).where('alarms.level', '<', row.level))
    .executeTakeFirstOrThrow();
  const { camera, times, evidence } = alarm;
  const shown = evidence.flatMap(({ frame, ref, atUs = times.capturedAtUs }) =>
    ref === undefined ? [] : [{ frame, ref, camera, atUs }],
  );
  await wantPictures(transaction, shown);
  return Number(numInsertedOrUpdatedRows);
}

/** Escalated after whom it is about was erased: the rules still know who it was. */
async function isErased(transaction: Store, { id, subject }: Alarm): Promise<boolean> {
  if (subject.person === undefined) return false;
  const known = await transaction.selectFrom('alarms').select('person').where('id', '=', id).executeTakeFirst();
  return known?.person === null;
}

type AlarmRow = Omit<Tables['alarms'], 'acknowledged_us' | 'acknowledged_by' | 'note'>;

function alarmRow(alarm: Alarm): AlarmRow {
  const { id, level, rule, severity, camera, subject, times, evidence } = alarm;
  const person = subject.person ?? null;
  // What made the rule fire comes last.
  const picture = evidence.findLast(({ ref }) => ref !== undefined)?.frame ?? null;
  return { id, level, rule, severity, camera, person, at_us: times.raisedAtUs, picture, body: JSON.stringify(alarm) };
}

/** The first who sees to an alarm counts. */
async function acknowledge(transaction: Store, { alarm, by, note, atUs }: Acknowledgement): Promise<number> {
  const { numUpdatedRows } = await transaction
    .updateTable('alarms')
    .set({ acknowledged_us: atUs, acknowledged_by: by, note: note ?? null })
    .where('id', '=', alarm)
    .where('acknowledged_us', 'is', null)
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

/** Stores what became of telling notifiers; the newest word counts. @returns how many rows have changed */
export async function storeDeliveries(transaction: Store, deliveries: readonly AlarmDelivery[]): Promise<number> {
  let changed = 0;
  for (const delivery of deliveries) {
    const { id, alarm, atUs } = delivery;
    const row = { alarm, at_us: atUs, body: JSON.stringify(delivery) };
    const { numInsertedOrUpdatedRows = 0n } = await transaction
      .insertInto('deliveries')
      .values({ id, ...row })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row).where('deliveries.at_us', '<', atUs))
      .executeTakeFirstOrThrow();
    changed += Number(numInsertedOrUpdatedRows);
  }
  return changed;
}
