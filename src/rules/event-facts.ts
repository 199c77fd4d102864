import type { AlarmEvidence } from '../topics/alarm-schema.ts';
import type { TrackEvent } from '../topics/event-schema.ts';
import type { Rule, Who } from './rule.ts';

/** Who a track is, as its faces said last. */
export interface Identity {
  identity: 'known' | 'unknown';
  /** Id of the person. */
  person?: string;
  /** Of a known person. */
  name?: string;
}

/** An event, with what its records say beside it. */
export interface HeardEvent {
  event: RuleEvent;
  /** When the result was written that it came from, microseconds since 1970. */
  resultAtUs?: number;
  /** When the event was written. */
  eventAtUs: number;
}

/** What rules look at in an event: faces and threats have fields of their own. */
export type RuleEvent = Omit<TrackEvent, 'type'> & {
  type: string;
  person?: string;
  name?: string;
  threat?: string;
};

/** Undefined for events that do not speak of a face. */
export function identityOf({ type, person, name }: RuleEvent): Identity | undefined {
  if (type !== 'face-known' && type !== 'face-unknown') return undefined;
  return {
    identity: type === 'face-known' ? 'known' : 'unknown',
    ...(person === undefined ? {} : { person }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Whether it is one of those the rule asks for; nobody is as long as no face was seen. */
export function isWanted(who: Who | undefined, identity: Identity | undefined): boolean {
  if (who === undefined) return true;
  if (identity === undefined) return false;
  if (typeof who === 'string') return identity.identity === who;
  return identity.name !== undefined && who.names.includes(identity.name);
}

/** Whether an event is of the kind and at the place that the rule asks for; who and when are looked at later. */
export function matches(rule: Rule, event: RuleEvent): boolean {
  return (
    rule.what.includes(event.type) &&
    isOneOf(rule.labels, event.label) &&
    isOneOf(rule.cameras, event.camera) &&
    isOneOf(rule.zones, event.zone) &&
    isOneOf(rule.lines, event.line) &&
    isOneOf(rule.threats, event.threat) &&
    (rule.direction === undefined || event.direction === rule.direction) &&
    (rule.minScore === undefined || event.score >= rule.minScore)
  );
}

/** Whether what `began` does not go on after `event`. */
export function isEndOf(began: RuleEvent, event: RuleEvent): boolean {
  if (began.track !== event.track) return false;
  if (event.type === 'track-ended') return true;
  return event.type === 'zone-left' && began.type === 'zone-entered' && began.zone === event.zone;
}

/** The frames that show an event; the box belongs to its own frame. */
export function evidenceOf({ id, frame, atUs, box, evidence, evidenceRefs = [] }: RuleEvent): AlarmEvidence[] {
  return evidence.map((shown, index) => {
    const ref = evidenceRefs[index];
    const isItsOwn = shown.endsWith(`/${frame}`);
    return { event: id, frame: shown, ...(isItsOwn ? { atUs, box } : {}), ...(ref === undefined ? {} : { ref }) };
  });
}

function isOneOf(wanted: readonly string[] | undefined, found: string | undefined): boolean {
  return wanted === undefined || (found !== undefined && wanted.includes(found));
}
