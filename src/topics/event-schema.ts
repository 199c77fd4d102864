import { type Static, Type } from 'typebox';
import { eventTypes, suspicionSpeeds, threatKinds } from './event-names.ts';

/** The JSON of `events` and `tracks`; docs/schemas holds the same as JSON Schema. */

const closed = { additionalProperties: false } as const;
const text = (description: string) => Type.String({ description });
const count = (description: string) => Type.Integer({ description });

const box = Type.Object(
  { x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() },
  { ...closed, description: 'In frame pixels; x, y is the top left corner.' },
);

export const eventSchema = Type.Object(
  {
    id: text(
      '`<track>/<type>/<frame>`, with the zone or line where there is one; `<camera>/<session>/threat-suspected/<frame>/<detector>/<threat>` of a suspicion: the same in every replay.',
    ),
    type: Type.Enum(eventTypes),
    camera: text('The camera’s id.'),
    session: text('The session of the camera.'),
    detector: text('`<name>@<version>` of the detector whose detections are followed.'),
    track: text(
      '`<camera>/<session>/<first frame>.<n>`; of threat-suspected that of the detections of its own detector, low scores included.',
    ),
    number: count('1, 2, 3 … within the session; 0 of threat-suspected.'),
    label: text('What it is, in the detector’s words.'),
    frame: count(
      'The frame in which it happened: of track-began the first, of track-lost and track-ended the last that shows it.',
    ),
    ptsUs: count('Stream time of that frame, microseconds.'),
    atUs: count('Wall clock of the capture of that frame, microseconds since 1970.'),
    box,
    score: Type.Number({
      description:
        'Of its last detection, 0 to 1. Of threat-suspected that of the suspicion: of a fight the calibrated chance, as if every second scene were one; of the others how far beyond their limits, 0.5 to 1.',
    }),
    evidence: Type.Array(Type.String(), { description: 'Ids of frames that show it.' }),
    evidenceRefs: Type.Optional(
      Type.Array(Type.String(), {
        description: 'Where the results of these frames lie, in the same order: `<topic>/<partition>/<offset>`.',
      }),
    ),
    durationMs: Type.Number({ description: 'From its first frame to this one, in stream time.' }),
    threat: Type.Optional(Type.Enum(threatKinds, { description: 'Of threat-suspected: what is suspected.' })),
    suspicion: Type.Optional(
      Type.Object(
        {
          isHeuristic: Type.Boolean({ description: 'A rule of thumb, not something learnt and measured.' }),
          why: Type.Array(Type.String(), { description: 'What spoke most for it.' }),
          people: Type.Array(Type.Object({ track: Type.String(), box }, closed), {
            description: 'Those in the frame whom it is about.',
          }),
          reasons: Type.Optional(
            Type.Array(Type.Object({ feature: Type.String(), value: Type.Number(), says: Type.Number() }, closed), {
              description:
                'Of a fight: what spoke most for it (`says` above 0) and against it, the strongest first, in units of the logit.',
            }),
          ),
          threshold: Type.Optional(Type.Number({ description: 'Of a fight: the score from which on it is told.' })),
          curve: Type.Optional(
            Type.Array(
              Type.Object({ ptsUs: count('Stream time of the last frame of a window.'), score: Type.Number() }, closed),
              {
                description: 'Of a fight: the scores of the last seconds, oldest first, without a gap between frames.',
              },
            ),
          ),
          speed: Type.Optional(
            Type.Enum(suspicionSpeeds, {
              description:
                'Who told of it: `urgent`, which looks at once and leaves old results out, or `complete`, which judges every frame.',
            }),
          ),
          lateMs: Type.Optional(
            Type.Number({
              description: 'Found late, so long after the capture: there had been a backlog, or a crash.',
            }),
          ),
        },
        { ...closed, description: 'Of threat-suspected: what it rests on, for somebody to look at.' },
      ),
    ),
    zone: Type.Optional(text('Of zone-entered and zone-left: the zone’s name.')),
    dwellMs: Type.Optional(Type.Number({ description: 'Of zone-left: how long it was in the zone.' })),
    inside: Type.Optional(count('Of zone-entered and zone-left: how many are in the zone now.')),
    line: Type.Optional(text('Of line-crossed: the line’s name.')),
    direction: Type.Optional(Type.Enum(['in', 'out'], { description: 'Of line-crossed.' })),
    counts: Type.Optional(
      Type.Object(
        { in: Type.Integer(), out: Type.Integer() },
        { ...closed, description: 'Of line-crossed: crossings of the line in this session, this one included.' },
      ),
    ),
    person: Type.Optional(text('Of face-known and face-unknown: the id of the person, as on `people`.')),
    name: Type.Optional(
      text('Of face-known: what the person was called then; `people` says what they are called now.'),
    ),
    isNew: Type.Optional(
      Type.Boolean({ description: 'Of face-unknown: seen for the first time, as far as is known.' }),
    ),
    face: Type.Optional(
      Type.Object(
        {
          box,
          sightings: Type.Integer({ description: 'Faces of this track that were good enough to compare.' }),
          agreeing: Type.Integer({ description: 'How many of them say the same.' }),
          distance: Type.Optional(
            Type.Number({
              description:
                'Euclidean, of the track’s mean embedding to the nearest face of the person; of face-unknown to that of the nearest enrolled person.',
            }),
          ),
          threshold: Type.Number({ description: 'Greatest distance that counts as the same person.' }),
          gallery: Type.Integer({
            description:
              'The version of the gallery that was asked: the offset behind the last record of `people` that was read.',
          }),
        },
        { ...closed, description: 'Of face-known and face-unknown: what it rests on.' },
      ),
    ),
  },
  { ...closed, title: 'vigil.event.v1', description: 'Something that a track did.' },
);

export const frameTracksSchema = Type.Object(
  {
    camera: text('The camera’s id.'),
    session: text('The session of the camera.'),
    frame: count('The frame.'),
    detector: text('`<name>@<version>` of the detector whose detections are followed.'),
    tracks: Type.Array(
      Type.Object(
        {
          track: text('As in vigil.event.v1.'),
          number: count('As in vigil.event.v1.'),
          label: text('As in vigil.event.v1.'),
          isSeen: Type.Boolean({ description: 'False: lost, and expected at this place.' }),
          box,
        },
        closed,
      ),
    ),
  },
  { ...closed, title: 'vigil.tracks.v1', description: 'Where the tracks of a camera are in one frame.' },
);

/** Something that a track did. JSON in the value of a record of `events`, keyed by camera, in the order of frames. */
export type TrackEvent = Static<typeof eventSchema>;
/** All tracks of one frame. JSON in the value of a record of `tracks`, keyed by camera. */
export type FrameTracks = Static<typeof frameTracksSchema>;
export type TrackPlace = FrameTracks['tracks'][number];
