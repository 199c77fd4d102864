import type { PeopleEntry } from '../topics/people-record.ts';
import type { Person, PersonFace } from '../topics/people-schema.ts';
import { erasePerson } from './erase-person.ts';
import type { Store } from './tables.ts';

/** Stores who is known, in the order of the log. @returns how many rows have changed */
export async function storePeople(transaction: Store, entries: readonly PeopleEntry[]): Promise<number> {
  for (const entry of entries) {
    if (entry.kind === 'person') await storePerson(transaction, entry.person);
    else if (entry.kind === 'face') await storeFace(transaction, entry.face);
    else if (entry.kind === 'erased-person') await erasePerson(transaction, entry.person);
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
