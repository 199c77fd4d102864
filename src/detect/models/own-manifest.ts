import { basename } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { fault, type VigilError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { decoderNames } from '../decoders/decoder-names.ts';
import { cocoLabels } from './coco-labels.ts';
import type { ModelManifest } from './manifest.ts';

const perColour = Type.Union([Type.Number(), Type.Tuple([Type.Number(), Type.Number(), Type.Number()])]);
const strict = { additionalProperties: false };

/** The manifest of a model of the user's own, as its file holds it; docs/models.md explains every key. */
export const ownManifestSchema = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1 })),
    summary: Type.Optional(Type.String()),
    licence: Type.String({ minLength: 1 }),
    source: Type.Optional(Type.String()),
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    input: Type.Object(
      {
        name: Type.String({ minLength: 1 }),
        width: Type.Integer({ minimum: 1, maximum: 8192 }),
        height: Type.Integer({ minimum: 1, maximum: 8192 }),
        layout: Type.Optional(Type.Enum(['nchw', 'nhwc'])),
        colours: Type.Enum(['rgb', 'bgr']),
        mean: Type.Optional(perColour),
        scale: Type.Optional(perColour),
        fit: Type.Enum(['letterbox', 'letterbox-centre', 'stretch']),
        fill: Type.Optional(Type.Number({ minimum: 0, maximum: 255 })),
      },
      strict,
    ),
    decoder: Type.Enum([...decoderNames]),
    outputs: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    labels: Type.Union([Type.Literal('coco'), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })]),
    threshold: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    nmsIou: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  },
  strict,
);

type OwnManifest = Static<typeof ownManifestSchema>;

/**
 * Checks the manifest of a user's model and fills in what it leaves out.
 *
 * @throws CONFIG_INVALID naming the file, the place in it, what was found and what is expected
 */
export function parseOwnManifest(
  found: unknown,
  { manifestPath, modelPath }: { manifestPath: string; modelPath: string },
): ModelManifest {
  if (!Value.Check(ownManifestSchema, found)) throw complain(found, manifestPath);
  const { input } = found;
  const name = found.name ?? basename(modelPath, '.onnx');
  return {
    name,
    summary: found.summary ?? `the model in ${basename(modelPath)}`,
    licence: found.licence,
    source: found.source ?? modelPath,
    file: { fileName: basename(modelPath), sha256: found.sha256 ? [found.sha256] : [], sizeBytes: 0 },
    input: {
      ...input,
      layout: input.layout ?? 'nchw',
      mean: threeOf(input.mean ?? 0),
      scale: threeOf(input.scale ?? 1),
      fill: input.fill ?? 114,
    },
    decoder: found.decoder,
    outputs: found.outputs,
    labels: found.labels === 'coco' ? cocoLabels : found.labels,
    threshold: found.threshold ?? 0.3,
    nmsIou: found.nmsIou ?? 0.45,
  };
}

function threeOf(value: NonNullable<OwnManifest['input']['mean']>): [number, number, number] {
  return typeof value === 'number' ? [value, value, value] : value;
}

function complain(found: unknown, manifestPath: string): VigilError {
  // A key that is not known is reported twice, first as a value that no schema allows.
  const error = Value.Errors(ownManifestSchema, found).find(({ keyword }) => keyword !== 'boolean');
  const place = `${manifestPath}: at ${error?.instancePath.slice(1).replaceAll('/', '.') || 'the top'}`;
  if (error?.keyword === 'additionalProperties') {
    return unknownKey(error.params.additionalProperties[0] ?? '', error.instancePath, place);
  }
  const value = error && Value.Pointer.Get(found, error.instancePath);
  const what = value === undefined || typeof value === 'object' ? '' : `found ${JSON.stringify(value)}; it `;
  const allowed = error?.keyword === 'enum' ? `: ${error.params.allowedValues.join(', ')}` : '';
  return fault('CONFIG_INVALID', `${place}: ${what}${error?.message ?? 'is not a manifest'}${allowed}`, {
    next: 'docs/models.md shows a whole manifest.',
  });
}

function unknownKey(key: string, instancePath: string, place: string): VigilError {
  const { properties } = ownManifestSchema;
  const known = Object.keys(instancePath === '/input' ? properties.input.properties : properties);
  const meant = nearest(key, known);
  return fault('CONFIG_INVALID', `${place}: the key "${key}" is not known`, {
    next: meant ? `Did you mean "${meant}"?` : `Known keys: ${known.join(', ')}.`,
  });
}
