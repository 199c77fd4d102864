import { Type } from 'typebox';
import { closed } from './value-schema.ts';

/** What `vigil.yml` says of a model that is on a server. */
export const remoteModelSchema = Type.Object(
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
