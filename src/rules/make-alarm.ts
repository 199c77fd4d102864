import { alarmId } from '../topics/alarm-record.ts';
import type { Alarm } from '../topics/alarm-schema.ts';
import { evidenceOf, type HeardEvent, type Identity, type RuleEvent } from './event-facts.ts';
import type { Escalation, Rule } from './rule.ts';

/** A condition of a rule that was met once. */
export interface Hit extends HeardEvent {
  /** When, by the clock of the camera: the event's own time, or when it had gone on for long enough. */
  metAtUs: number;
  identity?: Identity;
  /** The event that told who it is. */
  face?: RuleEvent;
}

/** Raised so long after it was filmed, it comes late: there had been a backlog. */
export const lateAfterMs = 10_000;
/** Frames that an alarm shows. */
const maxEvidence = 16;

/** @param hits what made the rule fire, in order; the last one did */
export function makeAlarm(rule: Rule, hits: readonly [...Hit[], Hit], suppressed: number, nowUs: number): Alarm {
  const hit = hits[hits.length - 1] as Hit;
  const { event, identity, metAtUs, resultAtUs, eventAtUs } = hit;
  const { camera, session, track, label, zone, line, direction } = event;
  const shown = hits.flatMap((each) => [...evidenceOf(each.event), ...(each.face ? evidenceOf(each.face) : [])]);
  return {
    id: alarmId(
      rule.name,
      camera,
      hits.map((each) => each.event.id),
    ),
    level: 0,
    rule: rule.name,
    severity: rule.severity,
    message: describe(rule, hit, hits.length),
    camera,
    session,
    what: event.type,
    subject: { track, label, ...identity },
    ...(zone === undefined ? {} : { zone }),
    ...(line === undefined ? {} : { line }),
    ...(direction === undefined ? {} : { direction }),
    score: event.score,
    evidence: shown.slice(-maxEvidence),
    suppressed,
    notify: [...rule.notify],
    late: event.suspicion?.lateMs !== undefined || nowUs - metAtUs > lateAfterMs * 1000,
    afterMs: Math.max(0, Math.round((nowUs - metAtUs) / 1000)),
    times: {
      capturedAtUs: metAtUs,
      ...(resultAtUs === undefined ? {} : { resultAtUs }),
      eventAtUs,
      raisedAtUs: nowUs,
    },
  };
}

/** The next level of an alarm that nobody has acknowledged. */
export function escalate(alarm: Alarm, { severity, notify }: Escalation, nowUs: number): Alarm {
  const times = { ...alarm.times, escalatedAtUs: nowUs };
  return { ...alarm, level: alarm.level + 1, severity, notify: [...notify], times };
}

function describe({ name, durationMs }: Rule, { event, identity }: Hit, times: number): string {
  const { camera, label } = event;
  const who = identity?.name ?? (identity ? `${identity.identity} ${label}` : label);
  const long = durationMs === undefined ? '' : ` for ${durationMs / 1000} s`;
  const often = times > 1 ? `, ${times} times` : '';
  return `${name}: ${who} ${didWhat(event)}${long}${often} (${camera})`;
}

function didWhat({ type, zone, line, direction, threat }: RuleEvent): string {
  switch (type) {
    case 'zone-entered':
      return `in ${zone}`;
    case 'zone-left':
      return `left ${zone}`;
    case 'line-crossed':
      return `crossed ${line} ${direction}`;
    case 'track-began':
      return 'in the picture';
    case 'face-known':
    case 'face-unknown':
      return 'seen';
    case 'threat-suspected':
      return `suspected of ${threat ?? 'a threat'}`;
    default:
      return type;
  }
}
