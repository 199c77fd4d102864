/** What events and alarms are looked for; an empty text does not matter. */
export interface EventFilter {
  camera: string;
  /** Id of a person. */
  person: string;
  /** A span such as `3600` seconds back, `chosen`, or empty. */
  span: string;
  /** Local times as an input gives them: `2026-03-14T10:11`; of the span `chosen`. */
  from: string;
  to: string;
}

export const noFilter: EventFilter = { camera: '', person: '', span: '', from: '', to: '' };

/** Spans that can be chosen; seconds. */
export const spans = [
  ['', 'Any time'],
  ['3600', 'Last hour'],
  ['86400', 'Last 24 hours'],
  ['604800', 'Last 7 days'],
  ['chosen', 'From … to …'],
] as const;

/**
 * The filter as a query, each part with `&` before it.
 *
 * @param nowMs when the span was chosen, milliseconds since 1970
 */
export function queryOf({ camera, person, span, from, to }: EventFilter, nowMs: number): string {
  const since =
    span === 'chosen' ? timeOf(from) : span === '' ? '' : new Date(nowMs - Number(span) * 1000).toISOString();
  const until = span === 'chosen' ? timeOf(to) : '';
  return Object.entries({ camera, person, since, until })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
    .join('');
}

function timeOf(local: string): string {
  const date = new Date(local);
  return local === '' || Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
