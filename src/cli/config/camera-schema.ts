import { Type } from 'typebox';
import { defaults } from './defaults.ts';
import { motionGate } from './motion-schema.ts';
import { lines, masks, zones } from './scene-schema.ts';
import { closed } from './value-schema.ts';

const { capture: preset } = defaults;

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

/** What `vigil.yml` says of every camera that does not say otherwise. */
export const capture = Type.Optional(
  Type.Object(
    {
      fps: fps({ default: preset.fps }),
      width: width({ default: preset.width }),
      quality: quality({ default: preset.quality }),
      transport: transport({ default: preset.transport }),
    },
    {
      ...closed,
      title: 'keys and values',
      description: 'What holds for every camera that does not say otherwise.',
    },
  ),
);

/** What `vigil.yml` says of one camera. */
export const cameraSchema = Type.Object(
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
