import type { TrackEvent } from '../topics/event-schema.ts';
import type { Mark } from '../topics/mark-schema.ts';
import type { Page, PictureState, StoredEvent } from '../topics/stored.ts';
import { idsOf } from './ids-of.ts';
import { cursorOf, type PageRequest, pageOf } from './page.ts';
import type { Store } from './tables.ts';

/** Which events; newest first. What is left out does not matter. */
export interface EventFilter extends PageRequest {
  camera?: string | undefined;
  types?: readonly TrackEvent['type'][] | undefined;
  track?: string | undefined;
  zone?: string | undefined;
  /** Whoever this id leads to today, under any of their ids. */
  person?: string | undefined;
  /** At this time or later, microseconds since 1970. */
  sinceUs?: number | undefined;
  /** Before this time. */
  untilUs?: number | undefined;
}

export async function findEvents(store: Store, filter: EventFilter): Promise<Page<StoredEvent>> {
  const { camera, types, track, zone, person, sinceUs, untilUs, limit } = filter;
  const cursor = cursorOf(filter);
  const rows = await selectEvents(store)
    .$if(camera !== undefined, (query) => query.where('events.camera', '=', camera ?? ''))
    .$if(types !== undefined, (query) => query.where('events.type', 'in', [...(types ?? [])]))
    .$if(track !== undefined, (query) => query.where('events.track', '=', track ?? ''))
    .$if(zone !== undefined, (query) => query.where('events.zone', '=', zone ?? ''))
    .$if(person !== undefined, (query) => query.where('events.person', 'in', idsOf(store, person ?? '')))
    .$if(sinceUs !== undefined, (query) => query.where('events.at_us', '>=', sinceUs ?? 0))
    .$if(untilUs !== undefined, (query) => query.where('events.at_us', '<', untilUs ?? 0))
    .where(({ eb, refTuple, tuple }) => eb(refTuple('events.at_us', 'events.id'), '<', tuple(cursor.atUs, cursor.id)))
    .orderBy('events.at_us', 'desc')
    .orderBy('events.id', 'desc')
    .limit(limit + 1)
    .execute();
  return pageOf(rows, limit, storedEvent);
}

export async function findEvent(store: Store, id: string): Promise<StoredEvent | undefined> {
  const row = await selectEvents(store).where('events.id', '=', id).executeTakeFirst();
  return row && storedEvent(row);
}

/** One of the frames that show an event, when it is kept; left out: the one in which it happened. */
export async function findEventPicture(
  store: Store,
  { id, frame }: { id: string; frame?: string | undefined },
): Promise<Uint8Array | undefined> {
  const row = await store.selectFrom('events').select(['body', 'picture']).where('id', '=', id).executeTakeFirst();
  if (!row) return undefined;
  const { evidence } = JSON.parse(row.body) as TrackEvent;
  const wanted = frame === undefined ? row.picture : evidence.find((each) => each === frame);
  if (!wanted) return undefined;
  const picture = await store.selectFrom('pictures').select('jpeg').where('frame', '=', wanted).executeTakeFirst();
  return picture?.jpeg ?? undefined;
}

function selectEvents(store: Store) {
  return store
    .selectFrom('events')
    .leftJoin('pictures', 'pictures.frame', 'events.picture')
    .leftJoin('people as alias', 'alias.person', 'events.person')
    .leftJoin('people', 'people.person', 'alias.canonical')
    .leftJoin('marks', 'marks.event', 'events.id')
    .select(['events.id', 'events.at_us', 'events.stored_at_us', 'events.body', 'pictures.state'])
    .select(['events.person as seen_as', 'people.person', 'people.name', 'marks.body as mark']);
}

interface EventRow {
  stored_at_us: number;
  body: string;
  state: PictureState | null;
  seen_as: string | null;
  person: string | null;
  name: string | null;
  mark: string | null;
}

function storedEvent({ body, stored_at_us, state, seen_as, person, name, mark }: EventRow): StoredEvent {
  const id = person ?? seen_as;
  return {
    event: JSON.parse(body) as TrackEvent,
    storedAtUs: stored_at_us,
    picture: state ?? 'none',
    ...(id === null ? {} : { person: { id, name } }),
    ...(mark === null ? {} : { mark: markOf(JSON.parse(mark) as Mark) }),
  };
}

function markOf({ isRight, by, note, atUs }: Mark): NonNullable<StoredEvent['mark']> {
  return { isRight, by, atUs, ...(note === undefined ? {} : { note }) };
}
