import type { Kysely } from 'kysely';
import { giveBackSpace } from './sqlite.ts';
import type { Store } from './tables.ts';

/** So many rows go in one transaction: nobody has to wait for long. */
const rowsAtOnce = 500;
const pagesAtOnce = 1000;

/**
 * Deletes what is older than it is to be kept; frames of a marked suspicion stay.
 *
 * @param beforeUs microseconds since 1970
 * @returns how many rows are gone
 */
export async function forgetOldRows(store: Store, beforeUs: number): Promise<number> {
  let sum = 0;
  for (let gone = rowsAtOnce; gone >= rowsAtOnce; sum += gone) gone = await forgetSome(store, beforeUs);
  if (sum > 0) await giveBackSpace(store as unknown as Kysely<never>, pagesAtOnce);
  return sum;
}

async function forgetSome(store: Store, beforeUs: number): Promise<number> {
  const events = await store
    .deleteFrom('events')
    .where('id', 'in', (eb) => eb.selectFrom('events').select('id').where('at_us', '<', beforeUs).limit(rowsAtOnce))
    .executeTakeFirstOrThrow();
  const tracks = await store
    .deleteFrom('tracks')
    .where('id', 'in', (eb) => eb.selectFrom('tracks').select('id').where('last_us', '<', beforeUs).limit(rowsAtOnce))
    .executeTakeFirstOrThrow();
  const pictures = await store
    .deleteFrom('pictures')
    .where('frame', 'in', (eb) =>
      eb
        .selectFrom('pictures')
        .select('frame')
        .where('at_us', '<', beforeUs)
        .where('frame', 'not in', eb.selectFrom('marked_frames').select('marked_frames.frame'))
        .limit(rowsAtOnce),
    )
    .executeTakeFirstOrThrow();
  return Math.max(...[events, tracks, pictures].map(({ numDeletedRows }) => Number(numDeletedRows)));
}
