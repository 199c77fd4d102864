import type { IncomingRecord } from '../topics/record.ts';

const shortestMs = 100;
const longestMs = 350;
const share = 1 / 20;

/**
 * So long a result waits for company while there is a backlog anyway: a twentieth of the time that its record has waited
 * already, within bounds. Each journey to the log costs broker and readers about as much as work on a small record.
 *
 * @param nowMs wall clock
 */
export function lingerMs({ timestampMs }: Pick<IncomingRecord, 'timestampMs'>, nowMs: number): number {
  return Math.min(longestMs, Math.max(shortestMs, (nowMs - timestampMs) * share));
}
