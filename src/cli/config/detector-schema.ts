import { type Static, Type } from 'typebox';
import { stepNames } from '../../detect/steps/step-names.ts';
import { deliveries } from '../../stage/delivery.ts';
import { defaults } from './defaults.ts';
import { remoteModelSchema } from './remote-model-schema.ts';
import { closed } from './value-schema.ts';

const { detector } = defaults;

/** What `vigil.yml` says of one detector. */
export const detectorSchema = Type.Object(
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

export type DetectorFile = Static<typeof detectorSchema>;
