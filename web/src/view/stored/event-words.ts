import type { EventType } from '../../../../src/topics/event-names.ts';
import type { StoredEvent } from '../../../../src/topics/stored.ts';

/** Kinds of events as people call them. Losing and finding a track tell of the tracker more than of the scene. */
export const eventWords: Partial<Record<EventType, string>> = {
  'track-began': 'appeared',
  'track-ended': 'left',
  'zone-entered': 'entered a zone',
  'zone-left': 'left a zone',
  'line-crossed': 'crossed a line',
  'face-known': 'was recognised',
  'face-unknown': 'is unknown',
  'threat-suspected': 'suspicions',
};

/** The kinds that lists show unless asked otherwise. */
export const mainTypes = Object.keys(eventWords) as EventType[];

/** One line: who did what. */
export function describeEvent({ event, person }: StoredEvent): string {
  const who = person?.name ?? `${capital(event.label)} ${event.number}`;
  const { type, zone, line, direction, threat, score, suspicion } = event;
  // What a rule of thumb measures is no chance.
  if (threat !== undefined)
    return `${capital(threat)} suspected${suspicion?.isHeuristic ? '' : `, ${Math.round(score * 100)} %`}`;
  if (type === 'face-unknown' && person?.name) return `${person.name} was not known yet`;
  if (zone !== undefined) return `${who} ${type === 'zone-entered' ? 'entered' : 'left'} ${zone}`;
  if (line !== undefined) return `${who} crossed ${line}${direction ? `, ${direction}` : ''}`;
  return `${who} ${eventWords[type] ?? type.replaceAll('-', ' ')}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
