import { type Static, Type } from 'typebox';

/** The JSON of `people`; docs/schemas holds the same as JSON Schema. */

const closed = { additionalProperties: false } as const;
const text = (description: string) => Type.String({ description });
const count = (description: string) => Type.Integer({ description });

export const personSchema = Type.Object(
  {
    person: text('The person’s id: it never changes, whatever they are called.'),
    name: Type.Optional(text('What they are called; left out: nobody has said.')),
    isEnrolled: Type.Boolean({
      description: 'Somebody said who this is. False: an unknown person, told from others by the face alone.',
    }),
    sameAs: Type.Optional(text('This is the person with that id: whatever is said of this one is said of them.')),
    atUs: count('When they became known, microseconds since 1970.'),
    firstSeen: Type.Optional(text('Of an unknown person: the track in which they were seen first.')),
  },
  { ...closed, title: 'vigil.person.v1', description: 'Somebody. Key: `person/<person>`.' },
);

export const faceSchema = Type.Object(
  {
    person: text('Whose face it is, as it was said first; follow `sameAs` of the person.'),
    face: text('Tells the faces of a person apart.'),
    embedding: text('Base64 of 128 float32, little endian.'),
    quality: Type.Object(
      { eyesPx: Type.Number(), sharpness: Type.Number(), turn: Type.Number() },
      { ...closed, description: 'As in `attributes.face.quality` of a detection.' },
    ),
    source: Type.Object(
      {
        photo: Type.Optional(text('Name of the photo’s file.')),
        frame: Type.Optional(text('Id of the frame it was seen in.')),
        track: Type.Optional(text('Id of the track it was seen in.')),
      },
      { ...closed, description: 'Where it comes from.' },
    ),
    crop: Type.Optional(text('Base64 of a JPEG of the aligned face, 150 × 150.')),
    atUs: count('When it was enrolled or seen, microseconds since 1970.'),
  },
  { ...closed, title: 'vigil.face.v1', description: 'One face of somebody. Key: `face/<person>/<face>`.' },
);

/** Somebody, known by name or by face alone. */
export type Person = Static<typeof personSchema>;
/** One face of somebody, to recognise them by. */
export type PersonFace = Static<typeof faceSchema>;
