import { Type } from 'typebox';
import { defaultMotionGateSettings as gate } from '../../capture/motion/motion-gate.ts';
import { closed } from './value-schema.ts';

const duration = (description: string, defaultMs: number) =>
  Type.Optional(
    Type.String({
      title: 'a duration such as 10s or 500ms',
      pattern: '^\\d+(\\.\\d+)?\\s*(ms|s|m|h)$',
      description,
      default: `${defaultMs / 1000}s`,
    }),
  );

/** What `vigil.yml` says of sparing the models empty scenes. */
export const motionGate = Type.Optional(
  Type.Object(
    {
      hold: duration('How long models go on looking after something moved.', gate.holdMs),
      refresh: duration('How often they look at a still scene all the same.', gate.refreshMs),
      threshold: Type.Optional(
        Type.Integer({
          title: 'a whole number from 1 to 255',
          description: 'What differs by less from the background, in shades of grey, is noise.',
          minimum: 1,
          maximum: 255,
          default: gate.leastDifference,
        }),
      ),
    },
    {
      ...closed,
      title: 'keys and values',
      description:
        'Frames in which nothing moves get their result without a model, marked as `gated`; `motionGate: {}` takes the defaults, left out: models look at every frame. Detectors that `threats` rest on look at every frame in any case.',
      examples: ['{}', '{ refresh: 30s }'],
    },
  ),
);
