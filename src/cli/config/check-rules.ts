import { isTimeZone } from '../../rules/schedule.ts';
import { eventTypes } from '../../topics/event-names.ts';
import { checkReference } from './check-reference.ts';
import type { ValueProblem } from './check-value.ts';
import { type ConfigPath, formatPath } from './problem.ts';
import { whatOf } from './resolve-rules.ts';
import type { ConfigFile } from './schema.ts';

type WrittenRule = NonNullable<ConfigFile['rules']>[string];

const lasting = ['zone-entered', 'track-began', 'face-known', 'face-unknown'];

/** Rules may name only what there is, and must be able to fire; a notifier is exactly one thing. */
export function checkRules(written: ConfigFile): ValueProblem[] {
  const rules = Object.entries(written.rules ?? {}).flatMap(([name, rule]) =>
    checkRule(['rules', name], rule, written),
  );
  const notifiers = Object.entries(written.notify ?? {}).flatMap(([name, notifier]) => {
    const kinds = Object.keys(notifier).filter((key) => ['webhook', 'mqtt', 'command', 'stdout'].includes(key));
    const path = ['notify', name];
    if (kinds.length !== 1) {
      const found = kinds.sort().join(' and ') || 'none of them';
      return [problem(path, `found ${found}, expected one of webhook, mqtt, command or stdout`)];
    }
    const isMisplaced = notifier.timeout !== undefined && notifier.command === undefined;
    return isMisplaced ? [problem([...path, 'timeout'], `belongs to a command, or into ${kinds[0]}`)] : [];
  });
  return [...rules, ...notifiers];
}

function checkRule(path: ConfigPath, rule: WrittenRule, written: ConfigFile): ValueProblem[] {
  const { zones = [], lines = [], notify = [], escalate = [] } = rule;
  // Cameras of the command line are not known here.
  const known = written.cameras && Object.keys(written.cameras);
  const cameras = rule.cameras ?? known ?? [];
  const places = (kind: 'zones' | 'lines') => cameras.flatMap((id) => Object.keys(written.cameras?.[id]?.[kind] ?? {}));
  const notifiers = Object.keys(written.notify ?? {});
  const named = (names: readonly string[], at: ConfigPath, of: readonly string[], what: string) =>
    names.flatMap((name, index) => checkReference(name, [...at, index], of, what));
  const where = rule.cameras ? ` of ${rule.cameras.join(', ')}` : '';
  return [
    ...(known && rule.cameras ? named(rule.cameras, [...path, 'cameras'], known, 'cameras') : []),
    ...(known ? named(zones, [...path, 'zones'], unique(places('zones')), `zones${where}`) : []),
    ...(known ? named(lines, [...path, 'lines'], unique(places('lines')), `lines${where}`) : []),
    ...named(notify, [...path, 'notify'], notifiers, 'notifiers'),
    ...escalate.flatMap((step, index) =>
      named(step.notify ?? [], [...path, 'escalate', index, 'notify'], notifiers, 'notifiers'),
    ),
    ...checkTimes(path, rule),
    ...checkSense(path, rule),
  ];
}

function checkTimes(path: ConfigPath, { times, within, timezone, when }: WrittenRule): ValueProblem[] {
  const problems: ValueProblem[] = [];
  if (times !== undefined && within === undefined) problems.push(problem([...path, 'times'], 'needs within beside it'));
  if (within !== undefined && times === undefined) problems.push(problem([...path, 'within'], 'needs times beside it'));
  if (timezone !== undefined && !isTimeZone(timezone))
    problems.push(
      problem([...path, 'timezone'], `found ${JSON.stringify(timezone)}, expected a time zone such as Europe/Berlin`),
    );
  for (const [index, { from = '00:00', to = '24:00' }] of (when ?? []).entries()) {
    if (from === to)
      problems.push(problem([...path, 'when', index], `found a range from ${from} to ${to}, which is empty`));
  }
  return problems;
}

/** Conditions that no event can meet. */
function checkSense(path: ConfigPath, rule: WrittenRule): ValueProblem[] {
  const what = whatOf(rule);
  const problems: ValueProblem[] = [];
  const needs = (key: keyof WrittenRule, types: readonly string[]) => {
    const other = what.find((type) => !types.includes(type));
    if (rule[key] !== undefined && other !== undefined)
      problems.push(problem([...path, key], `does not go with ${other}; it belongs to ${types.join(', ')}`));
  };
  needs('zones', ['zone-entered', 'zone-left']);
  needs('lines', ['line-crossed']);
  needs('direction', ['line-crossed']);
  needs('threats', ['threat-suspected']);
  needs('for', lasting);
  needs(
    'who',
    eventTypes.filter((type) => !type.startsWith('threat-')),
  );
  return problems;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}

function problem(path: ConfigPath, message: string): ValueProblem {
  return { path, part: 'key', message: `${formatPath(path)}: ${message}` };
}
