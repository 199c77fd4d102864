import { Type } from 'typebox';
import { cameraIdPattern } from '../../topics/topic-names.ts';
import { closed } from './value-schema.ts';

/** What `vigil.yml` says of a camera's picture: where things are. Points are shares of its width and height. */

const point = Type.Array(Type.Number({ title: 'a number from 0 to 1', minimum: 0, maximum: 1 }), {
  title: 'a point [x, y], each from 0 to 1',
  minItems: 2,
  maxItems: 2,
});
const polygon = (extra: object) =>
  Type.Array(point, { title: 'a list of at least three points [x, y]', minItems: 3, ...extra });
const named = (inner: ReturnType<typeof polygon>, extra: object) =>
  Type.Record(Type.String({ pattern: cameraIdPattern.source }), inner, { ...closed, ...extra });

export const zones = Type.Optional(
  named(
    polygon({
      description:
        'A part of the picture, by its corners as shares of width and height. Whoever stands in it (the middle of the box’s lower edge) has entered; leaving tells how long it was.',
      examples: ['[[0.4, 0.5], [0.6, 0.5], [0.6, 1], [0.4, 1]]'],
    }),
    { title: 'zones by name', description: 'Parts of the picture, each a polygon.' },
  ),
);

export const lines = Type.Optional(
  named(
    Type.Array(point, {
      title: 'two points [x, y]',
      description:
        'A line from one point to another. Looking along it, in is from the left to the right hand; crossings are counted in and out.',
      minItems: 2,
      maxItems: 2,
      examples: ['[[0.5, 0.2], [0.5, 1]]'],
    }),
    { title: 'lines by name', description: 'Lines that are crossed in two directions.' },
  ),
);

export const masks = Type.Optional(
  Type.Array(polygon({}), {
    title: 'a list of polygons',
    description: 'What stands in one of these is not followed.',
    examples: ['[[[0, 0], [0.1, 0], [0.1, 0.3], [0, 0.3]]]'],
  }),
);
