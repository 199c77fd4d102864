import { type Static, Type } from 'typebox';
import { stepNames } from '../../detect/steps/step-names.ts';
import { deliveries } from '../../stage/delivery.ts';
import { threatKinds } from '../../topics/event-names.ts';
import { cameraIdPattern } from '../../topics/topic-names.ts';
import { defaults } from './defaults.ts';
import { motionGate } from './motion-schema.ts';
import { notify } from './notify-schema.ts';
import { rules } from './rules-schema.ts';
import { lines, masks, zones } from './scene-schema.ts';

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

const { capture, detector, topics, store } = defaults;

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
    track: Type.Optional(
      Type.String({
        title: 'the name of a detector',
        description: 'Whose detections are followed over frames; left out: those of the first of its detectors.',
        examples: ['people'],
      }),
    ),
    motionGate,
    zones,
    lines,
    masks,
  },
  { ...closed, title: 'a camera: keys and values, `source` at least' },
);

const remoteModelSchema = Type.Object(
  {
    url: Type.String({
      title: 'an address http://… or https://…',
      description:
        'A model on a server: `https://host/v2/models/<name>` (KServe v2, the Open Inference Protocol), or where pictures are posted.',
      pattern: '^[hH][tT][tT][pP][sS]?://[^\\s/]+',
      examples: ['https://triton.local:8000/v2/models/yolox-nano'],
    }),
    kind: Type.Optional(
      Type.Enum(['kserve', 'jpeg'], {
        title: 'kserve or jpeg',
        description:
          'What the server speaks: `kserve`, or `jpeg`, which posts the picture and takes a list of detections; left out: what the address looks like.',
      }),
    ),
    headers: Type.Optional(
      Type.Record(
        Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$" }),
        Type.String({ title: 'a text on one line', pattern: '^[^\\r\\n]*$' }),
        {
          ...closed,
          title: 'headers by name',
          description: 'Sent with every request; secrets come from the environment.',
        },
      ),
    ),
    manifest: Type.Optional(
      Type.String({
        title: 'the name of a built-in model or the path of a manifest',
        description:
          'For `kserve`: how to make the input and read the output; left out: the built-in model of that name.',
        minLength: 1,
        examples: ['yolox-nano', './models/helmets.yml'],
      }),
    ),
    requests: Type.Optional(
      Type.Integer({
        title: 'a whole number from 1 to 256',
        description: 'Requests under way at once, from each worker.',
        minimum: 1,
        maximum: 256,
        default: 16,
      }),
    ),
    timeout: Type.Optional(
      Type.String({
        title: 'a duration such as 10s or 500ms',
        description: 'How long one request may take before it is sent again.',
        pattern: '^\\d+(\\.\\d+)?\\s*(ms|s|m)$',
        default: '10s',
      }),
    ),
  },
  { ...closed, title: 'a server: keys and values, `url` at least' },
);

const detectorSchema = Type.Object(
  {
    model: Type.Optional(
      Type.Union([Type.String({ minLength: 1 }), remoteModelSchema], {
        title: 'the name of a model, the path of an ONNX file, or the address of a server',
        description:
          'A name that `vigil models list` shows, a path relative to this file, or the address of a server, alone or with the keys below; `delay:<duration>` takes its time over each frame and reports nothing.',
        default: detector.model,
        examples: [
          'yolox-nano',
          './models/helmets.onnx',
          'https://triton.local:8000/v2/models/yolox-nano',
          'delay:500ms',
        ],
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
    steps: Type.Optional(
      Type.Array(Type.Enum([...stepNames], { title: stepNames.join(' or ') }), {
        title: 'a list of steps',
        description:
          'What looks at each frame after the model, on the same decoded picture and in the same result: `faces` finds the faces of persons and describes them, so that they can be recognised; `pose` reads the joints of persons.',
        uniqueItems: true,
        examples: [['faces'], ['faces', 'pose']],
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
        description:
          'Detectors on this machine, each a process and a consumer of its own with one inference thread. `auto` with `min` or `max`: as many as the frames need. `auto` alone: one process with an inference thread per core.',
        default: detector.workers,
      }),
    ),
    min: Type.Optional(
      Type.Integer({
        title: 'a whole number from 1 to 256',
        description: 'Fewest workers that `workers: auto` runs; 1 where only `max` is given.',
        minimum: 1,
        maximum: 256,
        examples: [1],
      }),
    ),
    max: Type.Optional(
      Type.Integer({
        title: 'a whole number from 1 to 256',
        description:
          'Most workers that `workers: auto` runs; one per core where only `min` is given. More than there are partitions have nothing to do.',
        minimum: 1,
        maximum: 256,
        examples: [4],
      }),
    ),
    targetLoad: Type.Optional(
      Type.Number({
        title: 'a number from 0.1 to 1',
        description:
          'Share of its time that a worker is to be busy: workers = frames per second × seconds per frame ÷ `targetLoad`.',
        minimum: 0.1,
        maximum: 1,
        default: detector.targetLoad,
      }),
    ),
    maxLagMs: Type.Optional(
      Type.Integer({
        title: 'a whole number of milliseconds from 1',
        description:
          'Makes the detector urgent: a frame that is older when it is read is passed over, and the ledger says so. Left out: the detector is complete, it looks at every frame and lags when it is slow.',
        minimum: 1,
        examples: [2000],
      }),
    ),
    delivery: Type.Optional(
      Type.Enum([...deliveries], {
        title: 'exactly-once or at-least-once',
        description:
          'How results reach the log: `exactly-once` writes them and how far the detector has read in one transaction; `at-least-once` is a little quicker, and after a crash some results come twice.',
        default: detector.delivery,
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
    rules,
    notify,
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
                hold: Type.Optional(
                  Type.Boolean({
                    title: 'true or false',
                    description:
                      'Frames that a complete detector has not looked at are never deleted: at the limit cameras hold instead, and the ledger counts what they refuse as `retention-hold`. Vigil deletes what may go, the topic itself keeps everything: set its own retention again when this is turned off.',
                    default: topics.retentionHold,
                  }),
                ),
                horizon: Type.Optional(
                  Type.String({
                    title: 'a duration such as 1h or 90s',
                    pattern: '^\\d+(\\.\\d+)?\\s*(us|ms|s|m|h|d)$',
                    description:
                      'Warn when retention would delete frames that a complete detector has not looked at within this time.',
                    default: topics.retentionHorizon,
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
    threats: Type.Optional(
      Type.Array(Type.Enum([...threatKinds], { title: threatKinds.join(' or ') }), {
        title: 'a list of suspicions',
        description:
          'What is told as `threat-suspected`, of every detector with the step `pose`. `fight` is learnt (models/fight/model-card.md says how often it is wrong), the others are heuristics. None is more than a suspicion for somebody to look at.',
        uniqueItems: true,
        examples: [['fight'], ['fight', 'fall']],
      }),
    ),
    store: Type.Optional(
      Type.Object(
        {
          retention: Type.Optional(
            Type.String({
              ...duration,
              description: 'How long events, alarms, tracks and their pictures are kept for the page.',
              default: store.retention,
            }),
          ),
          pictures: Type.Optional(
            Type.String({
              ...size,
              description: 'What the pictures of events and alarms take at most; the oldest make room.',
              default: store.pictures,
            }),
          ),
        },
        {
          ...closed,
          title: 'keys and values',
          description: 'The database in which the page’s server keeps events, alarms and people, below `data`.',
        },
      ),
    ),
  },
  { ...closed, title: 'keys and values', description: 'Configuration of Vigil. Every line is optional.' },
);

/** `vigil.yml` as it is written: units still text, defaults not filled in. */
export type ConfigFile = Static<typeof configSchema>;

export type DetectorFile = Static<typeof detectorSchema>;
