import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CameraRules } from '../../src/rules/camera-rules.ts';
import type { HeardEvent, RuleEvent } from '../../src/rules/event-facts.ts';
import type { Rule } from '../../src/rules/rule.ts';
import { isWithin } from '../../src/rules/schedule.ts';
import type { Alarm } from '../../src/topics/alarm-schema.ts';

const session = '20260314T101112.131Z-0a1b';

function rule(given: Partial<Rule> & Pick<Rule, 'name' | 'what'>): Rule {
  return { cooldownMs: 0, severity: 'warning', notify: ['phone'], escalations: [], ...given };
}

/** @param second by the camera's clock */
function heard(type: string, track: number, second: number, more: Partial<RuleEvent> = {}): HeardEvent {
  const id = `yard/${session}/${track}.0`;
  const place = more.zone ?? more.line;
  const event: RuleEvent = {
    id: `${id}/${type}/${second}${place === undefined ? '' : `/${place}`}`,
    ...{ type, camera: 'yard', session, detector: 'people@1', track: id, number: track, label: 'person' },
    ...{ frame: second, ptsUs: second * 1e6, atUs: second * 1e6, score: 0.8, durationMs: 0 },
    ...{ box: { x: 1, y: 2, width: 3, height: 4 }, evidence: [`yard/${session}/${second}`] },
    ...more,
  };
  return { event, eventAtUs: event.atUs + 40_000, resultAtUs: event.atUs + 20_000 };
}

function hearAll(rules: readonly Rule[], events: readonly HeardEvent[]): Alarm[] {
  const camera = new CameraRules(byName(rules));
  return events.flatMap((each) => camera.hear(each, each.event.atUs + 50_000));
}

function byName(rules: readonly Rule[]): Map<string, Rule> {
  return new Map(rules.map((each) => [each.name, each]));
}

test('a rule fires at its event, with its evidence and its measured times', () => {
  const [alarm, ...more] = hearAll(
    [rule({ name: 'gate', what: ['line-crossed'], lines: ['gate'], direction: 'in' })],
    [
      heard('line-crossed', 1, 5, { line: 'gate', direction: 'out' }),
      heard('line-crossed', 1, 6, { line: 'fence', direction: 'in' }),
      heard('line-crossed', 1, 7, { line: 'gate', direction: 'in', evidenceRefs: ['processed_images/0/7'] }),
    ],
  );
  assert.deepEqual(more, []);
  assert.equal(alarm?.message, 'gate: person crossed gate in (yard)');
  const box = { x: 1, y: 2, width: 3, height: 4 };
  const [shown] = alarm?.evidence ?? [];
  assert.deepEqual([shown?.frame, shown?.box, shown?.ref], [`yard/${session}/7`, box, 'processed_images/0/7']);
  const times = { capturedAtUs: 7e6, resultAtUs: 7_020_000, eventAtUs: 7_040_000, raisedAtUs: 7_050_000 };
  assert.deepEqual(alarm?.times, times);
  assert.equal(alarm?.late, false);
});

test('who it is may be told before or after what they do', () => {
  const rules = [
    rule({ name: 'stranger', what: ['zone-entered'], zones: ['door'], who: 'unknown' }),
    rule({ name: 'ada', what: ['zone-entered'], who: { names: ['Ada'] } }),
  ];
  const alarms = hearAll(rules, [
    heard('face-unknown', 1, 1, { person: 'u7' }),
    heard('zone-entered', 1, 2, { zone: 'door' }),
    heard('zone-entered', 2, 3, { zone: 'door' }),
    heard('face-known', 2, 4, { person: 'p1', name: 'Ada' }),
    heard('zone-entered', 3, 5, { zone: 'door' }),
    heard('track-ended', 3, 6),
    heard('face-unknown', 3, 7),
  ]);
  assert.deepEqual(
    alarms.map(({ rule: name, subject, times }) => [name, subject.identity, subject.name, times.capturedAtUs]),
    [
      ['stranger', 'unknown', undefined, 2e6],
      ['ada', 'known', 'Ada', 4e6],
    ],
  );
});

test('what has to go on fires while it goes on, and not when it ended or is out of sight', () => {
  const rules = [rule({ name: 'loiter', what: ['zone-entered'], durationMs: 10_000 })];
  const camera = new CameraRules(byName(rules));
  const enter = (track: number, second: number) => heard('zone-entered', track, second, { zone: 'door' });
  const fired = (alarms: Alarm[]) =>
    alarms.map(({ subject, times }) => [subject.track?.split('/')[2], times.capturedAtUs]);
  assert.deepEqual(camera.hear(enter(1, 1), 0), []);
  assert.equal(camera.isWaitingForTime, true);
  assert.deepEqual(camera.hear(enter(2, 2), 0), []);
  assert.deepEqual(camera.hear(heard('zone-left', 2, 9, { zone: 'door' }), 0), []);
  assert.deepEqual(camera.hear(enter(3, 9), 0), []);
  assert.deepEqual(fired(camera.advance(10e6, 0)), []);
  assert.deepEqual(fired(camera.advance(12e6, 0)), [['1.0', 11e6]]);
  camera.hear(heard('track-lost', 3, 13), 0);
  assert.deepEqual(camera.advance(25e6, 0), []);
  assert.deepEqual(fired(camera.hear(heard('track-found', 3, 26), 0)), [['3.0', 26e6]]);
  assert.equal(camera.isWaitingForTime, false);
});

test('several within a window fire together, and what was silent in the cool-down is counted', () => {
  const began = (second: number) => heard('track-began', second, second);
  const several = [rule({ name: 'crowd', what: ['track-began'], count: { atLeast: 3, withinMs: 10_000 } })];
  const [crowd, ...more] = hearAll(several, [1, 12, 13, 14, 15].map(began));
  assert.deepEqual(more, []);
  assert.deepEqual([crowd?.times.capturedAtUs, crowd?.evidence.length], [14e6, 3]);
  const silent = [rule({ name: 'quiet', what: ['track-began'], cooldownMs: 10_000 })];
  const alarms = hearAll(silent, [1, 2, 3, 11, 12].map(began));
  assert.deepEqual(
    alarms.map(({ times, suppressed }) => [times.capturedAtUs, suppressed]),
    [
      [1e6, 0],
      [11e6, 2],
    ],
  );
});

test('an alarm that nobody acknowledges is escalated step by step, and no further than its steps', () => {
  const escalations = [
    { afterMs: 60_000, severity: 'critical' as const, notify: ['pager'] },
    { afterMs: 120_000, severity: 'critical' as const, notify: ['siren'] },
  ];
  const camera = new CameraRules(byName([rule({ name: 'door', what: ['track-began'], escalations })]));
  const [first] = camera.hear(heard('track-began', 1, 1), 5e6);
  const [second] = camera.hear(heard('track-began', 2, 2), 6e6);
  assert.equal(camera.acknowledge(second?.id ?? ''), true);
  assert.deepEqual(camera.escalate(64e6), []);
  const [raised] = camera.escalate(65e6);
  assert.deepEqual(
    [raised?.id, raised?.level, raised?.severity, raised?.notify, raised?.times.escalatedAtUs],
    [first?.id, 1, 'critical', ['pager'], 65e6],
  );
  assert.deepEqual(
    camera.escalate(500e6).map(({ level }) => level),
    [2],
  );
  assert.equal(camera.nextEscalationUs, undefined);
});

test('the same events give the same alarms, also with a restart after every one of them', () => {
  const rules = [
    rule({ name: 'stranger', what: ['zone-entered'], who: 'unknown', durationMs: 3000, cooldownMs: 5000 }),
    rule({ name: 'crowd', what: ['zone-entered', 'track-began'], count: { atLeast: 3, withinMs: 20_000 } }),
  ];
  const events = Array.from({ length: 60 }, (_, second) => {
    const track = Math.floor(second / 6) * 2 + (second % 2);
    const types = ['track-began', 'track-began', 'zone-entered', 'face-unknown', 'track-lost', 'track-ended'];
    return heard(types[second % 6] ?? '', track, second, second % 6 === 2 ? { zone: 'door' } : {});
  });
  const whole = hearAll(rules, events);
  assert.ok(whole.length > 5);
  let state = JSON.stringify(new CameraRules(byName(rules)).state);
  const pieces = events.flatMap((each) => {
    const camera = new CameraRules(byName(rules), JSON.parse(state));
    const alarms = camera.hear(each, each.event.atUs + 50_000);
    state = JSON.stringify(camera.state);
    return alarms;
  });
  assert.deepEqual(pieces, whole);
});

test('nothing is left of what is over, and threats are heard by kind and score', () => {
  const rules = [rule({ name: 'fight', what: ['threat-suspected'], threats: ['fight'], minScore: 0.7 })];
  const camera = new CameraRules(byName(rules));
  const before = JSON.stringify(camera.state);
  const alarms = [
    heard('threat-suspected', 1, 1, { threat: 'fall' }),
    heard('threat-suspected', 2, 1, { threat: 'fight', score: 0.6 }),
    heard('threat-suspected', 3, 1, { threat: 'fight' }),
    heard('track-began', 4, 1),
    heard('face-unknown', 4, 1),
    heard('track-lost', 4, 1),
    heard('track-ended', 4, 1),
  ].flatMap((each) => camera.hear(each, 2e6));
  assert.deepEqual(
    alarms.map(({ message }) => message),
    ['fight: person suspected of fight (yard)'],
  );
  const { told, ...state } = camera.state;
  assert.equal(told?.length, 1);
  assert.deepEqual({ ...state, session: '', clockUs: 0, silent: {} }, JSON.parse(before));
});

test('a moment that is suspected twice is one alarm: at once and in full, by two detectors, or again after a crash', () => {
  const rules = byName([rule({ name: 'fight', what: ['threat-suspected'], threats: ['fight'] })]);
  let camera = new CameraRules(rules);
  const suspected = (second: number, speed: 'urgent' | 'complete', more: Partial<RuleEvent> = {}) =>
    heard('threat-suspected', 1, second, {
      ...{ id: `yard/${speed}/${second}/${more.detector ?? ''}`, threat: 'fight' },
      ...{ suspicion: { isHeuristic: false, why: [], people: [], speed } },
      ...more,
    });
  const alarms = (each: HeardEvent, afterMs = 100) => {
    const raised = camera.hear(each, each.event.atUs + afterMs * 1000);
    camera = new CameraRules(rules, JSON.parse(JSON.stringify(camera.state)));
    return raised;
  };
  assert.equal(alarms(suspected(10, 'urgent')).length, 1);
  assert.equal(alarms(suspected(10, 'urgent')).length, 0, 'written twice');
  assert.equal(alarms(suspected(11, 'complete')).length, 0, 'found by the other way through the results');
  assert.equal(alarms(suspected(12, 'urgent', { detector: 'heads@1' })).length, 0, 'found by another detector');
  assert.equal(alarms(suspected(20, 'urgent')).length, 1, 'another fight');
  // What only the complete way finds, a minute later, is an alarm that says it is late.
  const suspicion: RuleEvent['suspicion'] = {
    isHeuristic: false,
    why: [],
    people: [],
    speed: 'complete',
    lateMs: 3100,
  };
  const [alarm] = alarms(suspected(15, 'complete', { suspicion }), 3200);
  assert.deepEqual([alarm?.late, alarm?.afterMs], [true, 3200]);
  assert.equal(alarms(suspected(20, 'complete'), 60_000).length, 0);
});

test('what was filmed long before the rule heard of it is marked as late', () => {
  const camera = new CameraRules(byName([rule({ name: 'door', what: ['track-began'] })]));
  const [alarm] = camera.hear(heard('track-began', 1, 1), 30e6);
  assert.equal(alarm?.late, true);
});

test('a schedule follows the clock of its time zone, over midnight and through the change to summer time', () => {
  const night = { days: ['fri', 'sat'] as const, fromMinute: 22 * 60, toMinute: 6 * 60 };
  const schedule = { timeZone: 'Europe/Berlin', ranges: [night] };
  const at = (text: string) => isWithin(schedule, Date.parse(text));
  assert.equal(at('2026-03-27T21:00:00+01:00'), false);
  assert.equal(at('2026-03-27T22:00:00+01:00'), true);
  assert.equal(at('2026-03-28T05:59:00+01:00'), true);
  assert.equal(at('2026-03-28T06:00:00+01:00'), false);
  // Clocks went forward at 02:00 on this Sunday.
  assert.equal(at('2026-03-29T05:59:00+02:00'), true);
  assert.equal(at('2026-03-29T06:00:00+02:00'), false);
  assert.equal(at('2026-03-29T22:00:00+02:00'), false);
});
