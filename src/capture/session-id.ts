import { randomBytes } from 'node:crypto';

/**
 * The id of a capture session: its opening time in UTC and four random hex digits, `20261121T024512.123Z-9af3`.
 * Sorts by time as text; fit for ids, keys and paths.
 */
export function newSessionId(openedAtMs: number): string {
  const time = new Date(openedAtMs).toISOString().replaceAll('-', '').replaceAll(':', '');
  return `${time}-${randomBytes(2).toString('hex')}`;
}

/**
 * Readers tell by their openings, and by ids made of them, which of a camera's sessions is newer: a clock that was set
 * back must not put one before another.
 */
export function openingAfter({ openedAtUs }: { openedAtUs: number }): number {
  // Ids tell milliseconds apart.
  return openedAtUs + 1000;
}
