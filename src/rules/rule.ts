import type { Severity } from '../topics/alarm-names.ts';
import type { Schedule } from './schedule.ts';

/** Who it must be: anybody whose face is known or unknown, or people by name. */
export type Who = 'known' | 'unknown' | { names: readonly string[] };

/** One step after nobody has acknowledged an alarm. */
export interface Escalation {
  /** From when the alarm was raised. */
  afterMs: number;
  severity: Severity;
  notify: readonly string[];
}

/** A rule of `vigil.yml` with its defaults filled in. What is left out is no condition. */
export interface Rule {
  name: string;
  who?: Who;
  /** Types of events; one of them. */
  what: readonly string[];
  labels?: readonly string[];
  cameras?: readonly string[];
  zones?: readonly string[];
  lines?: readonly string[];
  direction?: 'in' | 'out';
  /** Kinds of threats. */
  threats?: readonly string[];
  /** 0..1 */
  minScore?: number;
  schedule?: Schedule;
  /** It must go on for so long: in the zone, or in the picture. */
  durationMs?: number;
  /** It must happen so often, on one camera, within this time. */
  count?: { atLeast: number; withinMs: number };
  /** Silent for so long after an alarm, on that camera. */
  cooldownMs: number;
  severity: Severity;
  /** Names of notifiers. */
  notify: readonly string[];
  /** In the order of time. */
  escalations: readonly Escalation[];
}
