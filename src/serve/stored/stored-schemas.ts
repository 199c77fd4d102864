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
});

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
  tracks: Type.Integer({ description: 'Tracks in which they were seen.' }),
  lastSeenUs: orNull(Type.Integer()),
});

export const jpegSchema = { content: { 'image/jpeg': { schema: Type.String({ format: 'binary' }) } } };
