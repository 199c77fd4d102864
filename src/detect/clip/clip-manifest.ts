import { basename } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { fault } from '../../base/errors.ts';

const perColour = Type.Union([Type.Number(), Type.Tuple([Type.Number(), Type.Number(), Type.Number()])]);
const strict = { additionalProperties: false };

/** The manifest of a model that looks at several frames at once, as its file holds it; docs/models.md explains every key. */
export const clipManifestSchema = Type.Object(
  {
    kind: Type.Literal('clip'),
    name: Type.Optional(Type.String({ minLength: 1 })),
    licence: Type.String({ minLength: 1 }),
    input: Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        frames: Type.Integer({ minimum: 1, maximum: 256 }),
        width: Type.Integer({ minimum: 1, maximum: 1024 }),
        height: Type.Integer({ minimum: 1, maximum: 1024 }),
        layout: Type.Enum(['ncthw', 'ntchw', 'nthwc']),
        colours: Type.Optional(Type.Enum(['rgb', 'bgr'])),
        mean: Type.Optional(perColour),
        scale: Type.Optional(perColour),
      },
      strict,
    ),
    output: Type.String({ minLength: 1 }),
    scores: Type.Enum(['chances', 'logits-softmax', 'logits-sigmoid']),
    labels: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    fights: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    threshold: Type.Number({ minimum: 0, maximum: 1 }),
  },
  strict,
);

type Written = Static<typeof clipManifestSchema>;
type ThreeNumbers = [number, number, number];

/** The same with its defaults filled in. */
export interface ClipManifest extends Omit<Written, 'name' | 'input'> {
  name: string;
  /** Every value is (pixel − mean) × scale with pixel in 0..255; both in the order of `colours`. */
  input: Required<Omit<Written['input'], 'mean' | 'scale'>> & { mean: ThreeNumbers; scale: ThreeNumbers };
}

/** @throws CONFIG_INVALID naming the file, the place in it and what is expected */
export function parseClipManifest(found: unknown, path: string): ClipManifest {
  if (!Value.Check(clipManifestSchema, found)) {
    const error = Value.Errors(clipManifestSchema, found).find(({ keyword }) => keyword !== 'boolean');
    const place = error?.instancePath.slice(1).replaceAll('/', '.') || 'the top';
    throw invalid(path, `at ${place}: ${error?.message ?? 'is not the manifest of a clip model'}`);
  }
  const strange = found.fights.find((label) => !found.labels.includes(label));
  if (strange !== undefined)
    throw invalid(path, `at fights: "${strange}" is none of its labels: ${found.labels.join(', ')}`);
  const { input } = found;
  const [mean, scale] = [threeOf(input.mean ?? 0), threeOf(input.scale ?? 1)];
  const name = found.name ?? basename(path).replace(/\.[^.]+$/, '');
  return { ...found, name, input: { ...input, colours: input.colours ?? 'rgb', mean, scale } };
}

function invalid(path: string, what: string) {
  return fault('CONFIG_INVALID', `${path}: ${what}`, {
    next: 'docs/models.md shows a whole manifest of a clip model.',
  });
}

function threeOf(value: number | ThreeNumbers): ThreeNumbers {
  return typeof value === 'number' ? [value, value, value] : value;
}
