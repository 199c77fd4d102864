import type { Page } from '../topics/stored.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

/** Which part of a list that is sorted by time and id, newest first. */
export interface PageRequest {
  /** `next` of the page before. */
  cursor?: string | undefined;
  limit: number;
}

/** Before every row. */
const top = { atUs: Number.MAX_SAFE_INTEGER, id: '' };

/** What rows of this page come behind. */
export function cursorOf({ cursor }: PageRequest): { atUs: number; id: string } {
  return (cursor === undefined ? undefined : decodeCursor(cursor)) ?? top;
}

/** @param rows one more than the limit, when there are so many */
export function pageOf<R extends { at_us: number; id: string }, T>(
  rows: readonly R[],
  limit: number,
  itemOf: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(itemOf), next: last ? encodeCursor({ atUs: last.at_us, id: last.id }) : null };
}
