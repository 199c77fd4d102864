import { type Static, Type } from 'typebox';
import { threatKinds } from './event-names.ts';

/** The JSON of `marks`; docs/schemas holds the same as JSON Schema. */
export const markSchema = Type.Object(
  {
    event: Type.String({ description: 'Id of the suspicion.' }),
    camera: Type.String({ description: 'The camera of the event.' }),
    threat: Type.Enum([...threatKinds], { description: 'What was suspected.' }),
    isRight: Type.Boolean({ description: 'Whether it was what was suspected.' }),
    by: Type.String({ description: 'Who says so.' }),
    note: Type.Optional(Type.String({ description: 'What they say of it.' })),
    atUs: Type.Integer({ description: 'When, microseconds since 1970.' }),
    evidence: Type.Array(Type.String(), { description: 'Ids of the frames that were judged: they are kept.' }),
    evidenceRefs: Type.Array(Type.String(), {
      description: 'Where the results of these frames lie: `<topic>/<partition>/<offset>`.',
    }),
  },
  {
    additionalProperties: false,
    title: 'vigil.mark.v1',
    description: 'Somebody says whether a suspicion was right. Key: the id of the event; an empty value takes it back.',
  },
);

/** Whether a suspicion was right, as somebody says. The newest record of an event on `marks` counts. */
export type Mark = Static<typeof markSchema>;
