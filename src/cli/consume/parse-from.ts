import { fault } from '../../base/errors.ts';
import { parseDurationMs } from '../../base/units.ts';
import type { StartFrom } from '../../stage/record-consumer.ts';

const forms =
  'beginning, end, an offset (1200 or offset:1200), or a time (2026-01-31T08:00:00Z, time:…, or 10m for ten minutes ago)';

/** Reads the value of `--from`, or of another option like it. @throws USAGE */
export function parseFrom(text: string, nowMs: number, option = '--from'): StartFrom {
  if (text === 'beginning' || text === 'end') return text;
  const [, kind, rest] = /^(offset|time)[:\s](.+)$/.exec(text.trim()) ?? [undefined, undefined, text.trim()];
  if (kind !== 'time' && /^\d+$/.test(rest ?? '')) return { offset: BigInt(rest ?? 0) };
  const timestampMs = kind === 'offset' ? Number.NaN : parseTimeMs(rest ?? '', nowMs);
  if (Number.isNaN(timestampMs)) throw fault('USAGE', `${option}: found "${text}", expected ${forms}`);
  return { timestampMs };
}

function parseTimeMs(text: string, nowMs: number): number {
  if (/^\d+(\.\d+)?\s*[a-z]+$/i.test(text)) {
    try {
      return nowMs - parseDurationMs(text);
    } catch {
      return Number.NaN;
    }
  }
  // Bare milliseconds only after time:, a date in any case.
  return /^\d+$/.test(text) ? Number(text) : /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
}
