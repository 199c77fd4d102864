import { Type } from 'typebox';
import { fault } from '../../base/errors.ts';
import { decodeCursor } from '../../store/cursor.ts';
import { severities } from '../../topics/alarm-names.ts';
import { eventTypes } from '../../topics/event-names.ts';
import type { TrackEvent } from '../../topics/event-schema.ts';
import { parseTimeUs } from '../../topics/record.ts';

/** What lists are asked with. */

const text = (description: string) => Type.Optional(Type.String({ description }));

const paging = {
  since: text('At this time or later: RFC 3339, or microseconds since 1970.'),
  until: text('Before this time.'),
  cursor: text('`next` of the page before: goes on exactly behind it, whatever has come meanwhile.'),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
};

export const eventFilterSchema = Type.Object({
  ...paging,
  camera: text('The camera’s id.'),
  type: text(`One or several of ${eventTypes.join(', ')}, with commas between.`),
  track: text('The track’s id.'),
  zone: text('The zone’s name.'),
  person: text('The person’s id; events under any id that leads to them are found.'),
});

export const alarmFilterSchema = Type.Object({
  ...paging,
  camera: text('The camera’s id.'),
  rule: text('The rule’s name.'),
  severity: Type.Optional(Type.Enum([...severities])),
  person: text('The person’s id; alarms under any id that leads to them are found.'),
  acknowledged: Type.Optional(Type.Boolean({ description: 'Whether somebody has seen to it.' })),
});

export const peopleFilterSchema = Type.Object({
  cursor: paging.cursor,
  limit: paging.limit,
  enrolled: Type.Optional(Type.Boolean({ description: 'Whether somebody has said who it is.' })),
});

interface Paging {
  since?: string;
  until?: string;
  cursor?: string;
}

/** @throws USAGE when a time is none, or the cursor was not made here */
export function parsePaging({ since, until, cursor }: Paging): { sinceUs?: number; untilUs?: number } {
  if (cursor !== undefined && !decodeCursor(cursor)) throw fault('USAGE', `cursor: "${cursor}" was not given out here`);
  return {
    ...(since === undefined ? {} : { sinceUs: timeUs('since', since) }),
    ...(until === undefined ? {} : { untilUs: timeUs('until', until) }),
  };
}

/** @throws USAGE when one of them is no type of event */
export function parseTypes(list: string | undefined): TrackEvent['type'][] | undefined {
  return list?.split(',').map((name) => {
    const type = eventTypes.find((each) => each === name.trim());
    if (type) return type;
    throw fault('USAGE', `type: "${name}" is none of ${eventTypes.join(', ')}`);
  });
}

function timeUs(name: string, text: string): number {
  const found = /^\d{1,16}$/.test(text) ? Number(text) : parseTimeUs(text);
  if (!Number.isNaN(found)) return found;
  throw fault('USAGE', `${name}: "${text}" is neither a time such as 2026-03-14T10:11:12Z nor microseconds since 1970`);
}
