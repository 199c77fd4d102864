import type { TrackEvent } from '../topics/event-schema.ts';
import type { Page, StoredPerson } from '../topics/stored.ts';
import { cursorOf, type PageRequest, pageOf } from './page.ts';
import { canonicalOf } from './store-people.ts';
import type { Store } from './tables.ts';

/** Which people; the newest first. */
export interface PeopleFilter extends PageRequest {
  enrolled?: boolean | undefined;
}

export async function findPeople(store: Store, filter: PeopleFilter): Promise<Page<StoredPerson>> {
  const { enrolled, limit } = filter;
  const cursor = cursorOf(filter);
  const rows = await store
    .selectFrom('people')
    .select(['person as id', 'name', 'is_enrolled', 'at_us', 'first_seen'])
    .whereRef('person', '=', 'canonical')
    .$if(enrolled !== undefined, (query) => query.where('is_enrolled', '=', enrolled ? 1 : 0))
    .where(({ eb, refTuple, tuple }) => eb(refTuple('at_us', 'person'), '<', tuple(cursor.atUs, cursor.id)))
    .orderBy('at_us', 'desc')
    .orderBy('person', 'desc')
    .limit(limit + 1)
    .execute();
  const page = pageOf(rows, limit, (row) => row);
  return { ...page, items: await Promise.all(page.items.map((row) => withFaces(store, row))) };
}

export async function findPerson(store: Store, person: string): Promise<StoredPerson | undefined> {
  const row = await store
    .selectFrom('people')
    .select(['person as id', 'name', 'is_enrolled', 'at_us', 'first_seen'])
    .where('person', '=', await canonicalOf(store, person))
    .executeTakeFirst();
  return row && withFaces(store, row);
}

/** Who is called so, whichever case it is written in. */
export async function findNamed(store: Store, name: string): Promise<StoredPerson | undefined> {
  // Databases differ in what they call a lower case letter.
  const query = store.selectFrom('people').select(['person', 'name']).whereRef('person', '=', 'canonical');
  const rows = await query.where('name', 'is not', null).execute();
  const wanted = name.trim().toLowerCase();
  const found = rows.find((row) => row.name?.toLowerCase() === wanted);
  return found && findPerson(store, found.person);
}

/** The aligned face, 150 × 150, as JPEG. */
export async function findCrop(
  store: Store,
  { person, face }: { person: string; face: string },
): Promise<Uint8Array | undefined> {
  const row = await store
    .selectFrom('faces')
    .select('crop')
    .where('person', '=', person)
    .where('face', '=', face)
    .executeTakeFirst();
  return row?.crop ?? undefined;
}

interface PersonRow {
  id: string;
  name: string | null;
  is_enrolled: number;
  at_us: number;
  first_seen: string | null;
}

async function withFaces(store: Store, { id, name, is_enrolled, at_us, first_seen }: PersonRow): Promise<StoredPerson> {
  const known = await store.selectFrom('people').select('person').where('canonical', '=', id).execute();
  const ids = known.map(({ person }) => person);
  const faces = await store
    .selectFrom('faces')
    .select(['face', 'person', 'at_us'])
    .select(({ eb }) => eb.case().when('crop', 'is', null).then(0).else(1).end().as('has_crop'))
    .where('person', 'in', ids)
    .orderBy('at_us', 'desc')
    .execute();
  const seen = await store
    .selectFrom('tracks')
    .select(({ fn }) => [fn.countAll<number>().as('tracks'), fn.max('last_us').as('last')])
    .where('person', 'in', ids)
    .executeTakeFirst();
  return {
    person: id,
    name,
    isEnrolled: is_enrolled === 1,
    atUs: at_us,
    firstSeen: first_seen,
    aliases: ids.filter((each) => each !== id),
    faces: faces.map((row) => ({ face: row.face, person: row.person, atUs: row.at_us, hasCrop: row.has_crop === 1 })),
    portrait: await findPortrait(store, ids),
    tracks: Number(seen?.tracks ?? 0),
    lastSeenUs: seen?.last ?? null,
  };
}

/** So many of the newest pictures of somebody are looked at for the best. */
const portraitsAtOnce = 32;

/** The picture with the largest face: it goes when the picture goes, with the person or to make room. */
async function findPortrait(store: Store, ids: readonly string[]): Promise<StoredPerson['portrait']> {
  const rows = await store
    .selectFrom('events')
    .innerJoin('pictures', 'pictures.frame', 'events.picture')
    .select(['events.id', 'events.body'])
    .where('events.person', 'in', [...ids])
    .where('events.type', 'in', ['face-known', 'face-unknown'])
    .where('pictures.state', '=', 'kept')
    .orderBy('events.at_us', 'desc')
    .limit(portraitsAtOnce)
    .execute();
  const portraits = rows.flatMap(({ id: event, body }) => {
    const { face } = JSON.parse(body) as TrackEvent;
    return face ? [{ event, box: face.box }] : [];
  });
  return portraits.toSorted((a, b) => b.box.width - a.box.width)[0] ?? null;
}
