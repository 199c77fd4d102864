import { parseDurationMs } from '../../base/units.ts';
import type { NotifierOptions, NotifierTarget } from '../../notify/notifier-options.ts';
import type { Escalation, Rule, Who } from '../../rules/rule.ts';
import { type Schedule, weekdays } from '../../rules/schedule.ts';
import { type Severity, severities } from '../../topics/alarm-names.ts';
import { defaults } from './defaults.ts';
import type { ConfigFile } from './schema.ts';

type WrittenRule = NonNullable<ConfigFile['rules']>[string];
type WrittenNotifier = NonNullable<ConfigFile['notify']>[string];

export function resolveRules({ rules = {}, notify = {} }: ConfigFile): Rule[] {
  const everybody = Object.keys(notify);
  return Object.entries(rules).map(([name, written]) => resolveRule(name, written, everybody));
}

function resolveRule(name: string, written: WrittenRule, everybody: readonly string[]): Rule {
  const { labels, cameras, zones, lines, direction, threats, minScore, who, times, within } = written;
  const conditions = { labels, cameras, zones, lines, direction, threats, minScore };
  const severity = written.severity ?? defaults.rule.severity;
  const notify = written.notify ?? everybody;
  const schedule = scheduleOf(written);
  return {
    name,
    what: whatOf(written),
    ...(who === undefined ? {} : { who: whoOf(who) }),
    ...Object.fromEntries(Object.entries(conditions).filter(([, value]) => value !== undefined)),
    ...(schedule ? { schedule } : {}),
    ...(written.for === undefined ? {} : { durationMs: parseDurationMs(written.for) }),
    ...(times === undefined || within === undefined
      ? {}
      : { count: { atLeast: times, withinMs: parseDurationMs(within) } }),
    cooldownMs: parseDurationMs(written.cooldown ?? defaults.rule.cooldown),
    severity,
    notify,
    escalations: escalationsOf(written, severity, notify),
  };
}

/** The events that a rule asks for, also where it does not say. */
export function whatOf({ what, who, zones, lines, direction, threats }: WrittenRule): readonly string[] {
  if (what !== undefined) return typeof what === 'string' ? [what] : what;
  if (zones) return ['zone-entered'];
  if (lines || direction) return ['line-crossed'];
  if (threats) return ['threat-suspected'];
  if (who === undefined) return ['track-began'];
  return [who === 'unknown' ? 'face-unknown' : 'face-known'];
}

function whoOf(who: string | string[]): Who {
  if (who === 'known' || who === 'unknown') return who;
  return { names: typeof who === 'string' ? [who] : who };
}

function scheduleOf({ when, timezone }: WrittenRule): Schedule | undefined {
  if (!when) return undefined;
  return {
    timeZone: timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    ranges: when.map(({ days = [...weekdays], from = '00:00', to = '24:00' }) => ({
      days,
      fromMinute: minuteOf(from),
      toMinute: minuteOf(to),
    })),
  };
}

function minuteOf(clock: string): number {
  const [hours = '0', minutes = '0'] = clock.split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** In the order of time, each from where the one before left off. */
function escalationsOf({ escalate = [] }: WrittenRule, severity: Severity, notify: readonly string[]): Escalation[] {
  const steps = escalate.map((step) => ({ ...step, afterMs: parseDurationMs(step.after) }));
  let before: Pick<Escalation, 'severity' | 'notify'> = { severity, notify };
  return steps
    .sort((a, b) => a.afterMs - b.afterMs)
    .map((step) => {
      const worse = severities[Math.min(severities.indexOf(before.severity) + 1, severities.length - 1)] ?? 'critical';
      before = { severity: step.severity ?? worse, notify: step.notify ?? before.notify };
      return { afterMs: step.afterMs, ...before };
    });
}

export function resolveNotifiers({ notify = {} }: ConfigFile): NotifierOptions[] {
  return Object.entries(notify).map(([name, written]) => {
    const giveUpAfter = written.giveUpAfter ?? (written.command ? defaults.notify.giveUpCommandAfter : 'unlimited');
    const limit = giveUpAfter === 'unlimited' ? {} : { giveUpAfterMs: parseDurationMs(giveUpAfter) };
    return { name, target: targetOf(written), ...limit };
  });
}

function targetOf({ webhook, mqtt, command, timeout }: WrittenNotifier): NotifierTarget {
  const timeoutMs = parseDurationMs(webhook?.timeout ?? timeout ?? defaults.notify.timeout);
  if (webhook) {
    const { url, secret, headers = {}, template, contentType = defaults.notify.contentType } = webhook;
    const optional = { ...(secret === undefined ? {} : { secret }), ...(template === undefined ? {} : { template }) };
    return { kind: 'webhook', url, headers, contentType, timeoutMs, ...optional };
  }
  if (mqtt) {
    const { discovery = defaults.notify.discovery, prefix = defaults.notify.prefix, ...rest } = mqtt;
    return { kind: 'mqtt', ...rest, prefix, ...(discovery === false ? {} : { discovery }) };
  }
  return command ? { kind: 'command', command, timeoutMs } : { kind: 'stdout' };
}
