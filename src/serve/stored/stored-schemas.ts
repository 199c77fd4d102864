import { type TSchema, Type } from 'typebox';
import { alarmSchema, deliverySchema } from '../../topics/alarm-schema.ts';
import { eventSchema } from '../../topics/event-schema.ts';
import { pictureStates } from '../../topics/stored.ts';

/** What lists answer with. */

const orNull = (schema: TSchema) => Type.Union([schema, Type.Null()]);

export const pageSchema = (item: TSchema, description: string) =>
  Type.Object(
    {
      items: Type.Array(item),
      next: Type.Union([Type.String(), Type.Null()], {
        description: '`cursor` of the next page; null: this is the last.',
      }),
    },
    { description },
  );

const picture = Type.Enum([...pictureStates, 'none'], {
  description:
    'Of its picture: `wanted` will be fetched from the log, `kept`, `gone` was not in the log any more, `expired` made room for newer ones, `erased` with a person, `none`.',
});

export const storedEventSchema = Type.Object({
  event: eventSchema,
  storedAtUs: Type.Integer({ description: 'Microseconds since 1970.' }),
  picture,
  person: Type.Optional(
    Type.Object(
      { id: Type.String(), name: orNull(Type.String()) },
      { description: 'Whom it is about, as people are known today.' },
    ),
  ),
  mark: Type.Optional(
    Type.Object(
      { isRight: Type.Boolean(), by: Type.String(), note: Type.Optional(Type.String()), atUs: Type.Integer() },
      { description: 'Of a suspicion: whether it was right, as somebody says.' },
    ),
  ),
});

const boxSchema = Type.Object({ x: Type.Number(), y: Type.Number(), width: Type.Number(), height: Type.Number() });

const seenSchema = Type.Object(
  {
    ptsUs: Type.Integer({ description: 'Stream time, microseconds.' }),
    capturedAtUs: Type.Integer({ description: 'Microseconds since 1970.' }),
    width: Type.Integer(),
    height: Type.Integer(),
    detections: Type.Array(
      Type.Object({
        label: Type.String(),
        score: Type.Number(),
        box: boxSchema,
        joints: Type.Optional(
          Type.Array(Type.Array(Type.Number()), {
            description: 'x, y in frame pixels and score, in the order of COCO’s 17 keypoints.',
          }),
        ),
      }),
    ),
  },
  { description: 'What the detector saw in the frame.' },
);

export const momentSchema = Type.Object(
  { frames: Type.Array(Type.Object({ frame: Type.String(), picture, seen: orNull(seenSchema) })) },
  { description: 'The evidence of an event, in its order.' },
);

export const storedAlarmSchema = Type.Object({
  alarm: alarmSchema,
  picture,
  acknowledged: orNull(
    Type.Object({ atUs: Type.Integer(), by: Type.String(), note: orNull(Type.String()) }, { description: 'By whom.' }),
  ),
  deliveries: Type.Array(deliverySchema, { description: 'What became of telling notifiers.' }),
});

export const storedPersonSchema = Type.Object({
  person: Type.String({ description: 'The id.' }),
  name: orNull(Type.String()),
  isEnrolled: Type.Boolean({ description: 'Somebody has said who it is.' }),
  atUs: Type.Integer({ description: 'When they became known, microseconds since 1970.' }),
  firstSeen: orNull(Type.String({ description: 'The track in which an unknown person was seen first.' })),
  aliases: Type.Array(Type.String(), { description: 'Ids that lead to this person.' }),
  faces: Type.Array(
    Type.Object({ face: Type.String(), person: Type.String(), atUs: Type.Integer(), hasCrop: Type.Boolean() }),
  ),
  portrait: orNull(
    Type.Object(
      { event: Type.String(), box: boxSchema },
      { description: 'The event whose kept picture shows the face best, and where in it, frame pixels.' },
    ),
  ),
  tracks: Type.Integer({ description: 'Tracks in which they were seen.' }),
  lastSeenUs: orNull(Type.Integer()),
});

export const jpegSchema = { content: { 'image/jpeg': { schema: Type.String({ format: 'binary' }) } } };
