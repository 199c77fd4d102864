import type { Alarm } from '../topics/alarm-schema.ts';
import type { ErasedTraces } from '../topics/stored.ts';
import type { Store } from './tables.ts';

/** Faces, the name in what was stored, and the pictures that were kept because of them. What happened stays, without who it was. */
export async function erasePerson(transaction: Store, person: string): Promise<void> {
  const frames = await framesOf(transaction, [person]);
  for (const frame of frames) {
    await transaction
      .updateTable('pictures')
      .set({ state: 'erased', jpeg: null, seen: null, size_bytes: 0 })
      .where('frame', '=', frame)
      .execute();
  }
  await eraseFromEvents(transaction, person);
  await eraseFromAlarms(transaction, person);
  await transaction.updateTable('tracks').set({ person: null }).where('person', '=', person).execute();
  await transaction.deleteFrom('faces').where('person', '=', person).execute();
  await transaction.deleteFrom('people').where('person', '=', person).execute();
}

/** What erasing them will change, beside their faces. @param ids all that lead to one person */
export async function tracesOf(store: Store, ids: readonly string[]): Promise<ErasedTraces> {
  const count = async (table: 'events' | 'alarms') => {
    const query = store.selectFrom(table).select(({ fn }) => fn.countAll<number>().as('rows'));
    return Number((await query.where('person', 'in', [...ids]).executeTakeFirst())?.rows ?? 0);
  };
  const frames = await framesOf(store, ids);
  let pictures = 0;
  for (const frame of frames) {
    const query = store.selectFrom('pictures').select('frame').where('frame', '=', frame);
    if (await query.where('jpeg', 'is not', null).executeTakeFirst()) pictures++;
  }
  return { events: await count('events'), alarms: await count('alarms'), pictures };
}

/** Frames that are kept because they were in them. */
async function framesOf(store: Store, ids: readonly string[]): Promise<Set<string>> {
  const tracks = store
    .selectFrom('tracks')
    .select('id')
    .where('person', 'in', [...ids]);
  const events = await store
    .selectFrom('events')
    .select('picture')
    .where(({ or, eb }) => or([eb('person', 'in', [...ids]), eb('track', 'in', tracks)]))
    .execute();
  const alarms = await alarmsOf(store, ids);
  const shown = alarms.flatMap(({ alarm }) => alarm.evidence.map(({ frame }) => frame));
  return new Set([...events.flatMap(({ picture }) => picture ?? []), ...shown]);
}

async function alarmsOf(store: Store, ids: readonly string[]): Promise<{ id: string; alarm: Alarm }[]> {
  const query = store
    .selectFrom('alarms')
    .select(['id', 'body'])
    .where('person', 'in', [...ids]);
  return (await query.execute()).map(({ id, body }) => ({ id, alarm: JSON.parse(body) as Alarm }));
}

async function eraseFromEvents(transaction: Store, person: string): Promise<void> {
  const told = await transaction.selectFrom('events').select(['id', 'body']).where('person', '=', person).execute();
  for (const { id, body } of told) {
    const { name: _, person: __, ...event } = JSON.parse(body) as Record<string, unknown>;
    await transaction
      .updateTable('events')
      .set({ person: null, body: JSON.stringify(event) })
      .where('id', '=', id)
      .execute();
  }
}

async function eraseFromAlarms(transaction: Store, person: string): Promise<void> {
  for (const { id, alarm } of await alarmsOf(transaction, [person])) {
    await transaction
      .updateTable('alarms')
      .set({ person: null, body: JSON.stringify(withoutPerson(alarm)) })
      .where('id', '=', id)
      .execute();
  }
}

/** The alarm as it is without who it was about. */
export function withoutPerson(alarm: Alarm): Alarm {
  const { person: _, name, ...subject } = alarm.subject;
  const message = name ? alarm.message.replaceAll(name, `known ${subject.label ?? 'person'}`) : alarm.message;
  return { ...alarm, message, subject };
}
