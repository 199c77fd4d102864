import { type Static, Type } from 'typebox';
import { threatKinds } from '../../topics/event-names.ts';
import { cameraIdPattern } from '../../topics/topic-names.ts';
import { cameraSchema, capture } from './camera-schema.ts';
import { defaults } from './defaults.ts';
import { detectorSchema } from './detector-schema.ts';
import { store, topics } from './kept-schema.ts';
import { notify } from './notify-schema.ts';
import { rules } from './rules-schema.ts';
import { closed, hostPort } from './value-schema.ts';

/**
 * The schema of `vigil.yml`. `title` says in words what a value must be: it is what an error message, an editor and the
 * reference call it. Only what is implemented has a place here.
 */
export const configSchema = Type.Object(
  {
    data: Type.Optional(
      Type.String({
        title: 'a directory',
        description: 'Everything Vigil keeps on this machine; relative to this file.',
        minLength: 1,
        default: defaults.data,
      }),
    ),
    brokers: Type.Optional(
      Type.Union([Type.Literal('embedded'), Type.Array(Type.String(hostPort), { minItems: 1, uniqueItems: true })], {
        title: 'embedded or a list of addresses host:port',
        description: 'The Kafka to use: the embedded broker, or the bootstrap addresses of another one.',
        default: 'embedded',
        examples: ['embedded', ['kafka1:9092', 'kafka2:9092']],
      }),
    ),
    broker: Type.Optional(
      Type.Object(
        {
          listen: Type.Optional(
            Type.String({
              ...hostPort,
              description: 'Address of the embedded broker.',
              default: defaults.brokerListen,
            }),
          ),
          metrics: Type.Optional(
            Type.String({
              ...hostPort,
              description:
                'Address on which the embedded broker answers GET /metrics for Prometheus; left out: none. The page has metrics of its own.',
              examples: ['127.0.0.1:9308'],
            }),
          ),
        },
        { ...closed, title: 'keys and values', description: 'The embedded broker.' },
      ),
    ),
    http: Type.Optional(
      Type.Object(
        {
          listen: Type.Optional(
            Type.String({
              ...hostPort,
              description: 'Address of the page; anything but loopback opens it to the network.',
              default: defaults.httpListen,
              examples: ['0.0.0.0:8080'],
            }),
          ),
        },
        { ...closed, title: 'keys and values', description: 'The page.' },
      ),
    ),
    flush: Type.Optional(
      Type.Enum(['commit', 'interval', 'never'], {
        title: 'commit, interval or never',
        description:
          'When the embedded broker flushes to the disk: `commit` acknowledges only what is on the disk, `interval` flushes now and then, `never` leaves it to the system.',
        default: defaults.flush,
      }),
    ),
    capture,
    cameras: Type.Optional(
      Type.Record(Type.String({ pattern: cameraIdPattern.source }), cameraSchema, {
        ...closed,
        title: 'cameras by id',
        description: 'The cameras by id: letters, digits, `.`, `_` and `-`, 100 at most.',
      }),
    ),
    detectors: Type.Optional(
      Type.Record(Type.String({ pattern: cameraIdPattern.source }), detectorSchema, {
        ...closed,
        title: 'detectors by name',
        description:
          'The detectors by name: letters, digits, `.`, `_` and `-`. Left out: one, `people`, that reports persons.',
      }),
    ),
    rules,
    notify,
    topics,
    threats: Type.Optional(
      Type.Array(Type.Enum([...threatKinds], { title: threatKinds.join(' or ') }), {
        title: 'a list of suspicions',
        description:
          'What is told as `threat-suspected`, of every detector with the step `pose`. `fight` is learnt (models/fight/model-card.md says how often it is wrong), the others are heuristics. None is more than a suspicion for somebody to look at.',
        uniqueItems: true,
        examples: [['fight'], ['fight', 'fall']],
      }),
    ),
    store,
  },
  { ...closed, title: 'keys and values', description: 'Configuration of Vigil. Every line is optional.' },
);

/** `vigil.yml` as it is written: units still text, defaults not filled in. */
export type ConfigFile = Static<typeof configSchema>;
