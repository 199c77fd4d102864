import type { PeopleEntry } from '../topics/people-record.ts';
import type { Person, PersonFace } from '../topics/people-schema.ts';
import type { Store } from './tables.ts';

/** Stores who is known, in the order of the log. @returns how many rows have changed */
export async function storePeople(transaction: Store, entries: readonly PeopleEntry[]): Promise<number> {
  for (const entry of entries) {
    if (entry.kind === 'person') await storePerson(transaction, entry.person);
    else if (entry.kind === 'face') await storeFace(transaction, entry.face);
    else if (entry.kind === 'erased-person') await forgetPerson(transaction, entry.person);
    else await forgetFace(transaction, entry);
  }
  return entries.length;
}

async function storePerson(transaction: Store, { person, name, sameAs, ...rest }: Person): Promise<void> {
  const canonical = sameAs === undefined ? person : await canonicalOf(transaction, sameAs);
  const row = {
    canonical,
    name: name ?? null,
    is_enrolled: rest.isEnrolled ? 1 : 0,
    at_us: rest.atUs,
    first_seen: rest.firstSeen ?? null,
  };
  await transaction
    .insertInto('people')
    .values({ person, ...row })
    .onConflict((conflict) => conflict.column('person').doUpdateSet(row))
    .execute();
  // Those who were said to be this one are now whoever this one is.
  if (canonical !== person)
    await transaction.updateTable('people').set({ canonical }).where('canonical', '=', person).execute();
}

/** Who this id leads to. */
export async function canonicalOf(store: Store, person: string): Promise<string> {
  const row = await store.selectFrom('people').select('canonical').where('person', '=', person).executeTakeFirst();
  return row?.canonical ?? person;
}

async function storeFace(transaction: Store, { embedding, crop, ...face }: PersonFace): Promise<void> {
  const { person, face: id, atUs } = face;
  const row = {
    embedding: Buffer.from(embedding, 'base64'),
    crop: crop === undefined ? null : Buffer.from(crop, 'base64'),
    at_us: atUs,
    body: JSON.stringify(face),
  };
  await transaction
    .insertInto('faces')
    .values({ person, face: id, ...row })
    .onConflict((conflict) => conflict.columns(['person', 'face']).doUpdateSet(row))
    .execute();
}

async function forgetFace(transaction: Store, { person, face }: { person: string; face: string }): Promise<void> {
  await transaction.deleteFrom('faces').where('person', '=', person).where('face', '=', face).execute();
}

/** Their faces, their name in what was stored, and the pictures that were kept because of them. */
async function forgetPerson(transaction: Store, person: string): Promise<void> {
  await transaction.deleteFrom('faces').where('person', '=', person).execute();
  await transaction.deleteFrom('people').where('person', '=', person).execute();
  const tracks = transaction.selectFrom('tracks').select('id').where('person', '=', person);
  await transaction
    .updateTable('pictures')
    .set({ state: 'erased', jpeg: null, seen: null, size_bytes: 0 })
    .where('frame', 'in', (eb) =>
      eb
        .selectFrom('events')
        .select('picture')
        .where('picture', 'is not', null)
        .where((or) => or.or([or('person', '=', person), or('track', 'in', tracks)]))
        .$castTo<{ picture: string }>(),
    )
    .execute();
  const told = await transaction.selectFrom('events').select(['id', 'body']).where('person', '=', person).execute();
  for (const { id, body } of told) {
    const { name: _, person: __, ...event } = JSON.parse(body) as Record<string, unknown>;
    await transaction
      .updateTable('events')
      .set({ person: null, body: JSON.stringify(event) })
      .where('id', '=', id)
      .execute();
  }
  await transaction.updateTable('tracks').set({ person: null }).where('person', '=', person).execute();
}
