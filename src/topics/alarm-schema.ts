import { type Static, Type } from 'typebox';
import { deliveryOutcomes, severities } from './alarm-names.ts';

/** The JSON of `alarms` and `deliveries`; docs/schemas holds the same as JSON Schema. */

const closed = { additionalProperties: false } as const;
const text = (description: string) => Type.String({ description });
const count = (description: string) => Type.Integer({ description });
const timeUs = (description: string) => Type.Integer({ description: `${description}, microseconds since 1970.` });

const box = Type.Object(
  { x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() },
  { ...closed, description: 'In frame pixels; x, y is the top left corner.' },
);

const evidence = Type.Object(
  {
    event: text('Id of the event that it belongs to.'),
    frame: text('Id of the frame.'),
    atUs: Type.Optional(timeUs('Wall clock of the capture of that frame')),
    box: Type.Optional(box),
    ref: Type.Optional(text('`<topic>/<partition>/<offset>` of the result of that frame.')),
  },
  closed,
);

const subject = Type.Object(
  {
    track: Type.Optional(text('As in vigil.event.v1.')),
    label: Type.Optional(text('What it is, in the detector’s words.')),
    identity: Type.Optional(Type.Enum(['known', 'unknown'], { description: 'Where a face said so.' })),
    person: Type.Optional(text('Id of the person, a known or an unknown one.')),
    name: Type.Optional(text('The name of a known person.')),
  },
  { ...closed, description: 'Whom it is about.' },
);

export const alarmSchema = Type.Object(
  {
    id: text(
      '`<rule>-<16 hexadecimal digits>`, made from the rule, its camera and the events that made it fire: the same in every replay.',
    ),
    level: count('0: the alarm was raised; 1, 2 …: it was escalated so often. Id and level together name the record.'),
    rule: text('Name of the rule that fired.'),
    severity: Type.Enum([...severities], { description: 'An escalation may raise it.' }),
    message: text('One line for people.'),
    camera: text('The camera’s id.'),
    session: text('The session of the camera.'),
    what: text('Type of the event that made the rule fire.'),
    subject,
    zone: Type.Optional(text('The zone that it is about.')),
    line: Type.Optional(text('The line that it is about.')),
    direction: Type.Optional(Type.Enum(['in', 'out'], { description: 'Over the line.' })),
    score: Type.Optional(Type.Number({ description: 'Of the event that made the rule fire, 0 to 1.' })),
    evidence: Type.Array(evidence, { description: 'Frames that show it, in the order of their events.' }),
    suppressed: count('How often the rule would have fired since its last alarm, and was silent: its cool-down.'),
    notify: Type.Array(Type.String(), { description: 'Notifiers that are told of this level.' }),
    late: Type.Boolean({ description: 'It was raised long after it was filmed: there had been a backlog.' }),
    afterMs: Type.Optional(count('From the capture of the frame that made the rule fire to the alarm, milliseconds.')),
    times: Type.Object(
      {
        capturedAtUs: timeUs('Capture of the frame that made the rule fire'),
        resultAtUs: Type.Optional(timeUs('The result of that frame was written')),
        eventAtUs: timeUs('The event was written'),
        raisedAtUs: timeUs('The alarm was raised'),
        escalatedAtUs: Type.Optional(timeUs('It was escalated to this level')),
      },
      { ...closed, description: 'How it came about.' },
    ),
  },
  { ...closed, title: 'vigil.alarm.v1', description: 'A rule that fired.' },
);

export const acknowledgementSchema = Type.Object(
  {
    alarm: text('Id of the alarm.'),
    camera: text('The camera of the alarm.'),
    by: text('Who has seen to it.'),
    note: Type.Optional(text('What they say of it.')),
    atUs: timeUs('When'),
  },
  {
    ...closed,
    title: 'vigil.alarm-acknowledged.v1',
    description: 'Somebody has seen to an alarm: it is not escalated further.',
  },
);

export const deliverySchema = Type.Object(
  {
    id: text('`<alarm>/<level>/<notifier>`; the newest record of an id counts.'),
    alarm: text('Id of the alarm.'),
    level: count('Level of the alarm.'),
    rule: text('Rule of the alarm.'),
    camera: text('Camera of the alarm.'),
    notifier: text('Name of the notifier.'),
    kind: Type.Enum(['webhook', 'mqtt', 'command', 'stdout'], { description: 'What the notifier is.' }),
    outcome: Type.Enum([...deliveryOutcomes], {
      description: 'retrying: it will be tried again, and what follows waits; failed: it was given up.',
    }),
    attempts: count('How often it was tried.'),
    detail: Type.Optional(text('What the other side said last, or what went wrong.')),
    atUs: timeUs('When this was so'),
    nextAttemptAtUs: Type.Optional(timeUs('Of retrying: it is tried again')),
    capturedAtUs: timeUs('As in the alarm'),
    raisedAtUs: timeUs('As in the alarm'),
  },
  { ...closed, title: 'vigil.delivery.v1', description: 'What became of telling a notifier of an alarm.' },
);

/** A rule that fired. JSON in the value of a record of `alarms`, keyed by camera. */
export type Alarm = Static<typeof alarmSchema>;
export type AlarmEvidence = Alarm['evidence'][number];
export type Acknowledgement = Static<typeof acknowledgementSchema>;
/** What became of telling a notifier. JSON in the value of a record of `deliveries`, keyed by its id. */
export type AlarmDelivery = Static<typeof deliverySchema>;
