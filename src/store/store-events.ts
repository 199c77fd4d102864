import type { TrackEvent } from '../topics/event-schema.ts';
import type { Store, Tables } from './tables.ts';
import { type WantedPicture, wantPictures } from './want-pictures.ts';

/** Rows of one statement: a database limits what a statement can carry. */
const rowsAtOnce = 200;
/** A track that is lost and found again shows nothing new: pictures of these would drive out others. */
const withoutPicture: readonly TrackEvent['type'][] = ['track-lost', 'track-found'];

/**
 * Stores events, the tracks that they speak of, and which pictures are wanted. An event that is there already, because
 * its topic is read anew, changes nothing.
 *
 * @returns how many are new
 */
export async function storeEvents(transaction: Store, events: readonly TrackEvent[], nowUs: number): Promise<number> {
  const fresh: TrackEvent[] = [];
  for (let first = 0; first < events.length; first += rowsAtOnce) {
    const some = events.slice(first, first + rowsAtOnce);
    const inserted = await transaction
      .insertInto('events')
      .values(some.map((event) => eventRow(event, nowUs)))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .execute();
    const ids = new Set(inserted.map(({ id }) => id));
    fresh.push(...some.filter(({ id }) => ids.delete(id)));
  }
  await storeTracks(transaction, fresh);
  await wantPictures(transaction, fresh.flatMap(picturesOf));
  return fresh.length;
}

function eventRow(event: TrackEvent, nowUs: number): Tables['events'] {
  return {
    id: event.id,
    type: event.type,
    camera: event.camera,
    label: event.label,
    track: event.track,
    zone: event.zone ?? null,
    line: event.line ?? null,
    person: event.person ?? null,
    at_us: event.atUs,
    stored_at_us: nowUs,
    picture: pictureOf(event)?.frame ?? null,
    body: JSON.stringify(event),
  };
}

/** The frame that shows it, with the box where the event says: the last of its evidence. */
function pictureOf({ type, camera, atUs, evidence, evidenceRefs }: TrackEvent): WantedPicture | undefined {
  const frame = evidence.at(-1);
  const ref = evidenceRefs?.at(-1);
  if (frame === undefined || ref === undefined || withoutPicture.includes(type)) return undefined;
  return { frame, ref, camera, atUs };
}

/** All that show a suspicion, one of anything else. */
function picturesOf(event: TrackEvent): WantedPicture[] {
  if (event.type !== 'threat-suspected') return [pictureOf(event) ?? []].flat();
  const { camera, atUs, evidence, evidenceRefs = [] } = event;
  return evidence.flatMap((frame, index) => {
    const ref = evidenceRefs[index];
    return ref === undefined ? [] : [{ frame, ref, camera, atUs }];
  });
}

/** One change per track, made of all that the events say of it. */
async function storeTracks(transaction: Store, events: readonly TrackEvent[]): Promise<void> {
  for (const told of Map.groupBy(events, ({ track }) => track).values()) {
    const row = trackRow(told);
    await transaction
      .insertInto('tracks')
      .values(row)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          last_us: eb
            .case()
            .when('tracks.last_us', '<', row.last_us)
            .then(row.last_us)
            .else(eb.ref('tracks.last_us'))
            .end(),
          ...(row.ended_us === null ? {} : { ended_us: row.ended_us }),
          ...(row.person === null ? {} : { person: row.person }),
        })),
      )
      .execute();
  }
}

function trackRow(told: readonly TrackEvent[]): Tables['tracks'] {
  const [first] = told;
  if (!first) throw new RangeError('a track of no events');
  const { track: id, camera, session, detector, number, label } = first;
  const began = told.map(({ atUs, durationMs }) => atUs - Math.round(durationMs * 1000));
  const ended = told.find(({ type }) => type === 'track-ended');
  return {
    id,
    camera,
    session,
    detector,
    number,
    label,
    person: told.findLast(({ person }) => person !== undefined)?.person ?? null,
    began_us: Math.min(...began),
    last_us: Math.max(...told.map(({ atUs }) => atUs)),
    ended_us: ended?.atUs ?? null,
  };
}
