import type { Mark } from '../topics/mark-schema.ts';
import type { SeenFrame, StoredMoment } from '../topics/stored.ts';
import type { Store } from './tables.ts';

/** The frames of an event, in their order: which pictures are kept, and what was seen in each. */
export async function findMoment(store: Store, id: string): Promise<StoredMoment | undefined> {
  const row = await store.selectFrom('events').select('body').where('id', '=', id).executeTakeFirst();
  if (!row) return undefined;
  const { evidence } = JSON.parse(row.body) as { evidence: string[] };
  const query = store.selectFrom('pictures').select(['frame', 'state', 'seen']);
  const found = evidence.length === 0 ? [] : await query.where('frame', 'in', evidence).execute();
  const known = new Map(found.map((each) => [each.frame, each]));
  return {
    frames: evidence.map((frame) => {
      const { state = 'none', seen = null } = known.get(frame) ?? {};
      return { frame, picture: state, seen: seen === null ? null : (JSON.parse(seen) as SeenFrame) };
    }),
  };
}

/** Everything that somebody has said of suspicions, the oldest first. */
export async function findMarks(store: Store): Promise<Mark[]> {
  const rows = await store.selectFrom('marks').select('body').orderBy('at_us').orderBy('event').execute();
  return rows.map(({ body }) => JSON.parse(body) as Mark);
}

/** A kept frame: its picture, and when it was by the stream's clock. */
export async function findMarkedFrame(
  store: Store,
  frame: string,
): Promise<{ jpeg: Uint8Array; seen: SeenFrame } | undefined> {
  const query = store.selectFrom('pictures').select(['jpeg', 'seen']).where('frame', '=', frame);
  const row = await query.where('state', '=', 'kept').executeTakeFirst();
  return row?.jpeg && row.seen ? { jpeg: row.jpeg, seen: JSON.parse(row.seen) as SeenFrame } : undefined;
}
