import { type Static, Type } from 'typebox';
import { cameraIdPattern } from '../../topics/topic-names.ts';
import { defaults } from './defaults.ts';

/**
 * The schema of `vigil.yml`. `title` says in words what a value must be: it is what an error message, an editor and the
 * reference call it. Only what is implemented has a place here.
 */

const closed = { additionalProperties: false } as const;
/** `title` as a person says it, and the JSON Schema pattern that means the same. */
const hostPort = { title: 'an address host:port', pattern: '^([^\\s:/]+|\\[[0-9a-fA-F:.]+\\]):\\d{1,5}$' };
const duration = {
  title: 'a duration such as 24h or 500ms, or unlimited',
  pattern: '^(unlimited|\\d+(\\.\\d+)?\\s*(us|ms|s|m|h|d))$',
};
const size = {
  title: 'a size such as 50GB or 64MiB, or unlimited',
  pattern: '^(unlimited|\\d+(\\.\\d+)?\\s*(B|[kK]B|[MGT]B|[KMGT]iB))$',
};

const { capture, detector, topics } = defaults;

const fps = (extra: object) =>
  Type.Optional(
    Type.Number({
      title: 'a number above 0 and up to 240',
      description: 'Wanted frames per second; a source with more is thinned out evenly.',
      exclusiveMinimum: 0,
      maximum: 240,
      examples: [10, 5, 0.5],
      ...extra,
    }),
  );
const width = (extra: object) =>
  Type.Optional(
    Type.Integer({
      title: 'a whole number from 16 to 7680',
      description: 'Greatest width of a picture in pixels; smaller pictures are never enlarged, the height follows.',
      minimum: 16,
      maximum: 7680,
      examples: [640, 1280],
      ...extra,
    }),
  );
const quality = (extra: object) =>
  Type.Optional(
    Type.Integer({
      title: 'a whole number from 1 to 100',
      description: 'JPEG quality.',
      minimum: 1,
      maximum: 100,
      examples: [80],
      ...extra,
    }),
  );
const transport = (extra: object) =>
  Type.Optional(
    Type.Enum(['tcp', 'udp'], {
      title: 'tcp or udp',
      description: 'How RTSP cameras send their packets.',
      ...extra,
    }),
  );

const cameraSchema = Type.Object(
  {
    source: Type.String({
      title: 'a source: an address, a file, a folder, a device or testsrc',
      description:
        'Where the pictures come from: an address (`rtsp:`, or `http:` for MJPEG, HLS or a file), a video file, a folder of pictures or videos, a device such as `/dev/video0`, or `testsrc`. Paths are relative to this file. Secrets come from the environment, as in the first example.',
      minLength: 1,
      examples: [`rtsp://viewer:\${ENTRANCE_PASSWORD}@camera.local/stream1`, './yard.mp4', '/dev/video0', 'testsrc'],
    }),
    fps: fps({}),
    width: width({}),
    quality: quality({}),
    transport: transport({}),
    detectors: Type.Optional(
      Type.Array(Type.String({ title: 'the name of a detector' }), {
        title: 'a list of names of detectors',
        description: 'Which detectors look at this camera; left out: all of them.',
        uniqueItems: true,
        examples: [['people']],
      }),
    ),
    loop: Type.Optional(
      Type.Boolean({
        title: 'true or false',
        description: 'Starts a file or folder again when it is through.',
        default: false,
      }),
    ),
  },
  { ...closed, title: 'a camera: keys and values, `source` at least' },
);

const detectorSchema = Type.Object(
  {
    model: Type.Optional(
      Type.String({
        title: 'the name of a model or the path of an ONNX file',
        description: 'A name that `vigil models list` shows, or a path relative to this file.',
        minLength: 1,
        default: detector.model,
        examples: ['yolox-nano', './models/helmets.onnx'],
      }),
    ),
    labels: Type.Optional(
      Type.Array(Type.String({ title: 'a label of the model', minLength: 1 }), {
        title: 'a list of labels',
        description: 'Which of the model’s classes to report; left out: all of them.',
        minItems: 1,
        uniqueItems: true,
        examples: [['person', 'bicycle']],
      }),
    ),
    threshold: Type.Optional(
      Type.Number({
        title: 'a number from 0 to 1',
        description: 'Lowest score that is reported; left out: the model’s own.',
        minimum: 0,
        maximum: 1,
        examples: [0.4],
      }),
    ),
    workers: Type.Optional(
      Type.Union([Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: 256 })], {
        title: 'auto or a whole number from 1 to 256',
        description: 'Inference workers on this machine; `auto` takes one per core.',
        default: detector.workers,
      }),
    ),
    version: Type.Optional(
      Type.Integer({
        title: 'a whole number from 1',
        description: 'A new version is a new reader: it looks at every frame that is still in the log again.',
        minimum: 1,
        default: detector.version,
      }),
    ),
  },
  { ...closed, title: 'a detector: keys and values' },
);

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
    capture: Type.Optional(
      Type.Object(
        {
          fps: fps({ default: capture.fps }),
          width: width({ default: capture.width }),
          quality: quality({ default: capture.quality }),
          transport: transport({ default: capture.transport }),
        },
        {
          ...closed,
          title: 'keys and values',
          description: 'What holds for every camera that does not say otherwise.',
        },
      ),
    ),
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
    topics: Type.Optional(
      Type.Object(
        {
          partitions: Type.Optional(
            Type.Integer({
              title: 'a whole number from 1 to 1000',
              description: 'Partitions of the topics of frames and results, when they are created.',
              minimum: 1,
              maximum: 1000,
              default: topics.partitions,
            }),
          ),
          retention: Type.Optional(
            Type.Object(
              {
                time: Type.Optional(
                  Type.String({
                    ...duration,
                    description: 'How long frames and results are kept.',
                    default: topics.retentionTime,
                  }),
                ),
                bytes: Type.Optional(
                  Type.String({
                    ...size,
                    description: 'How much of each topic is kept, over all its partitions.',
                    default: topics.retentionBytes,
                  }),
                ),
              },
              { ...closed, title: 'keys and values', description: 'How much is kept, when the topics are created.' },
            ),
          ),
          embed: Type.Optional(
            Type.Boolean({
              title: 'true or false',
              description: 'Whether a result carries the picture; `false` leaves a reference to the frame.',
              default: topics.embed,
            }),
          ),
        },
        { ...closed, title: 'keys and values', description: 'The topics of frames and results.' },
      ),
    ),
  },
  { ...closed, title: 'keys and values', description: 'Configuration of Vigil. Every line is optional.' },
);

/** `vigil.yml` as it is written: units still text, defaults not filled in. */
export type ConfigFile = Static<typeof configSchema>;
