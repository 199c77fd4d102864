import { Type } from 'typebox';
import { cameraIdPattern } from '../../topics/topic-names.ts';
import { defaults } from './defaults.ts';
import { closed } from './value-schema.ts';

/** What `vigil.yml` says of notifiers: who is told of alarms. */

const timeout = Type.Optional(
  Type.String({
    title: 'a duration such as 10s',
    pattern: '^\\d+(\\.\\d+)?\\s*(ms|s|m)$',
    description: 'How long one attempt may take.',
    default: defaults.notify.timeout,
  }),
);

const webhook = Type.Object(
  {
    url: Type.String({
      title: 'an address http://… or https://…',
      description: 'Where alarms are posted.',
      pattern: '^[hH][tT][tT][pP][sS]?://[^\\s/]+',
      examples: ['https://hooks.example.org/vigil'],
    }),
    secret: Type.Optional(
      Type.String({
        title: 'a text',
        description: 'Signs each request: `webhook-signature`, HMAC-SHA-256 over id, time and body.',
        minLength: 1,
        examples: [`\${HOOK_SECRET}`],
      }),
    ),
    headers: Type.Optional(
      Type.Record(
        Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }),
        Type.String({ title: 'a text on one line', pattern: '^[^\\r\\n]*$' }),
        { ...closed, title: 'headers by name', description: 'Sent with every request.' },
      ),
    ),
    template: Type.Optional(
      Type.String({
        title: 'a text',
        description:
          'The body, with `{{message}}`, `{{rule}}`, `{{camera}}`, `{{subject.name}}` and any other value of the alarm, written as JSON text where `contentType` is JSON; left out: the alarm itself.',
        minLength: 1,
        examples: ['{"text": "{{message}}"}'],
      }),
    ),
    contentType: Type.Optional(
      Type.String({ title: 'a content type', minLength: 3, default: defaults.notify.contentType }),
    ),
    timeout,
  },
  { ...closed, title: 'keys and values, `url` at least', description: 'Posts alarms to an HTTP server.' },
);

const mqtt = Type.Object(
  {
    url: Type.String({
      title: 'an address mqtt://… or mqtts://…',
      description: 'The MQTT broker.',
      pattern: '^mqtts?://[^\\s/]+',
      examples: ['mqtt://homeassistant.local:1883'],
    }),
    username: Type.Optional(Type.String({ title: 'a text' })),
    password: Type.Optional(Type.String({ title: 'a text', examples: [`\${MQTT_PASSWORD}`] })),
    prefix: Type.Optional(
      Type.String({
        title: 'a part of a topic: letters, digits, _ and -',
        description: 'First part of every topic: tells one Vigil on the broker from another.',
        pattern: '^[A-Za-z0-9_-]+$',
        default: defaults.notify.prefix,
      }),
    ),
    discovery: Type.Optional(
      Type.Union([Type.Literal(false), Type.String({ minLength: 1 })], {
        title: 'a topic prefix or false',
        description: 'Where Home Assistant looks for devices.',
        default: defaults.notify.discovery,
      }),
    ),
  },
  {
    ...closed,
    title: 'keys and values, `url` at least',
    description: 'Tells an MQTT broker, and Home Assistant there.',
  },
);

const notifier = Type.Object(
  {
    webhook: Type.Optional(webhook),
    mqtt: Type.Optional(mqtt),
    command: Type.Optional(
      Type.Array(Type.String(), {
        title: 'a program and its arguments, as a list',
        description: 'A program to run, without a shell; it reads the alarm as JSON on its standard input.',
        minItems: 1,
        examples: ['[/usr/local/bin/siren, --once]'],
      }),
    ),
    timeout: Type.Optional({ ...timeout, description: 'Of `command`: how long it may run.' } as typeof timeout),
    stdout: Type.Optional(Type.Literal(true, { title: 'true', description: 'Prints alarms as JSON lines.' })),
    giveUpAfter: Type.Optional(
      Type.String({
        title: 'a duration such as 24h, or unlimited',
        pattern: '^(unlimited|\\d+(\\.\\d+)?\\s*(ms|s|m|h|d))$',
        description:
          'An alarm that could not be told for so long is given up, so that those after it are told; `unlimited`, or `10m` for a command, when left out.',
      }),
    ),
  },
  { ...closed, title: 'a notifier: one of webhook, mqtt, command or stdout' },
);

export const notify = Type.Optional(
  Type.Record(Type.String({ pattern: cameraIdPattern.source }), notifier, {
    ...closed,
    title: 'notifiers by name',
    description: 'Who is told of alarms: each a webhook, an MQTT broker, a program or the standard output.',
  }),
);
