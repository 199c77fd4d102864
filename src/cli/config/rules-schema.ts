import { Type } from 'typebox';
import { weekdays } from '../../rules/schedule.ts';
import { severities } from '../../topics/alarm-names.ts';
import { eventTypes } from '../../topics/event-names.ts';
import { cameraIdPattern } from '../../topics/topic-names.ts';
import { defaults } from './defaults.ts';
import { closed } from './value-schema.ts';

/** What `vigil.yml` says of rules: which events are an alarm. */

const duration = (extra: object) =>
  Type.String({ title: 'a duration such as 90s or 5m', pattern: '^\\d+(\\.\\d+)?\\s*(ms|s|m|h|d)$', ...extra });
const names = (of: string, extra: object) =>
  Type.Optional(
    Type.Array(Type.String({ title: `the name of a ${of}`, minLength: 1 }), {
      title: `a list of names of ${of}s`,
      uniqueItems: true,
      ...extra,
    }),
  );
const clock = (extra: object) =>
  Type.Optional(
    Type.String({ title: 'a time of day such as "22:00"', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$|^24:00$', ...extra }),
  );
const severity = (extra: object) =>
  Type.Optional(Type.Enum([...severities], { title: 'info, warning or critical', ...extra }));
const what = Type.Enum([...eventTypes], { title: `an event: ${eventTypes.join(', ')}` });

const timeRange = Type.Object(
  {
    days: Type.Optional(
      Type.Array(Type.Enum([...weekdays], { title: 'a day: mon, tue, wed, thu, fri, sat or sun' }), {
        title: 'a list of days: mon, tue, wed, thu, fri, sat, sun',
        description: 'Left out: every day. A range over midnight belongs to the day it begins on.',
        minItems: 1,
        uniqueItems: true,
      }),
    ),
    from: clock({ description: 'The range begins.', default: '00:00' }),
    to: clock({ description: 'The range ends; not after `from`: on the next day.', default: '24:00' }),
  },
  { ...closed, title: 'keys and values: days, from, to' },
);

const escalation = Type.Object(
  {
    after: duration({ description: 'Since the alarm was raised.', examples: ['2m'] }),
    severity: severity({ description: 'Left out: one more than before.' }),
    notify: names('notifier', { description: 'Who is told then; left out: as before.' }),
  },
  { ...closed, title: 'keys and values, `after` at least' },
);

const rule = Type.Object(
  {
    who: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })], {
        title: 'known, unknown, a name or a list of names',
        description: 'Who it is, as faces tell: `known` or `unknown` people, or people by name; left out: anybody.',
        examples: ['unknown', ['Ada', 'Grace']],
      }),
    ),
    what: Type.Optional(
      Type.Union([what, Type.Array(what, { minItems: 1, uniqueItems: true })], {
        title: 'an event or a list of events',
        description:
          'What happens. Left out: `zone-entered` where `zones` are given, `line-crossed` with `lines`, the face being seen with `who`, else `track-began`.',
        examples: ['zone-entered', 'line-crossed'],
      }),
    ),
    labels: names('label', { description: 'What it is, in the detector’s words.', examples: [['person']] }),
    cameras: names('camera', { description: 'Where; left out: on every camera.', examples: [['entrance']] }),
    zones: names('zone', { description: 'In one of these zones.', examples: [['door']] }),
    lines: names('line', { description: 'Over one of these lines.', examples: [['gate']] }),
    direction: Type.Optional(Type.Enum(['in', 'out'], { title: 'in or out', description: 'Over the line.' })),
    threats: names('threat', { description: 'Of threat-suspected: which kinds.' }),
    minScore: Type.Optional(
      Type.Number({ title: 'a number from 0 to 1', description: 'Least score of the event.', minimum: 0, maximum: 1 }),
    ),
    when: Type.Optional(
      Type.Array(timeRange, {
        title: 'a list of time ranges',
        description: 'When; left out: always.',
        minItems: 1,
        examples: ['[{ days: [mon, tue], from: "22:00", to: "06:00" }]'],
      }),
    ),
    timezone: Type.Optional(
      Type.String({
        title: 'a time zone such as Europe/Berlin',
        description: 'Whose clock `when` means; left out: this machine’s.',
        minLength: 1,
        examples: ['Europe/Berlin'],
      }),
    ),
    for: Type.Optional(
      duration({ description: 'It goes on for so long, in the zone or in the picture.', examples: ['30s'] }),
    ),
    times: Type.Optional(
      Type.Integer({
        title: 'a whole number from 2 to 1000',
        description: 'It happens so often on one camera, within `within`.',
        minimum: 2,
        maximum: 1000,
        examples: [3],
      }),
    ),
    within: Type.Optional(duration({ description: 'The window for `times`.', examples: ['10m'] })),
    cooldown: Type.Optional(
      duration({
        description: 'Silent for so long after an alarm on that camera; what it would have said is counted.',
        default: defaults.rule.cooldown,
      }),
    ),
    severity: severity({ description: 'How bad it is.', default: defaults.rule.severity }),
    notify: names('notifier', { description: 'Who is told; left out: all of them.', examples: [['phone']] }),
    escalate: Type.Optional(
      Type.Array(escalation, {
        title: 'a list of steps',
        description: 'What happens while nobody acknowledges the alarm.',
        minItems: 1,
        examples: ['[{ after: 2m, severity: critical, notify: [pager] }]'],
      }),
    ),
  },
  { ...closed, title: 'a rule: keys and values' },
);

export const rules = Type.Optional(
  Type.Record(Type.String({ pattern: cameraIdPattern.source }), rule, {
    ...closed,
    title: 'rules by name',
    description: 'Which events are an alarm. Each rule fires by itself, camera by camera.',
  }),
);
