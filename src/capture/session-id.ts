import { randomBytes } from 'node:crypto';

/**
 * The id of a capture session: its opening time in UTC and four random hex digits, `20261121T024512.123Z-9af3`.
 * Sorts by time as text; fit for ids, keys and paths.
 */
export function newSessionId(nowMs: number = Date.now()): string {
  const time = new Date(nowMs).toISOString().replaceAll('-', '').replaceAll(':', '');
  return `${time}-${randomBytes(2).toString('hex')}`;
}
