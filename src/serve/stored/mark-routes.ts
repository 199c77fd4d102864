import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { wallClockUs } from '../../base/clock.ts';
import { fault } from '../../base/errors.ts';
import type { TrackEvent } from '../../topics/event-schema.ts';
import { encodeMark, encodeUnmark } from '../../topics/mark-record.ts';
import type { Mark } from '../../topics/mark-schema.ts';
import { problemSchema } from '../schemas.ts';
import type { AlarmRoutesOptions } from './alarm-routes.ts';
import { sendMissing } from './answers.ts';

const params = Type.Object({ id: Type.String({ description: 'The event’s id, with %2F for each slash.' }) });
const tags = ['events'];

/** Saying whether a suspicion was right. */
export const markRoutes: FastifyPluginAsyncTypebox<AlarmRoutesOptions> = async (server, { ask, publish }) => {
  server.put(
    '/api/events/:id/mark',
    {
      schema: {
        summary: 'Say whether a suspicion was right',
        description:
          'Writes a record to the topic `marks`; it shows once that is stored. The frames of the event are kept from then on, and `vigil marks export` makes training data of them.',
        tags,
        params,
        body: Type.Object({
          isRight: Type.Boolean(),
          by: Type.String({ minLength: 1, maxLength: 100, description: 'Who.' }),
          note: Type.Optional(Type.String({ maxLength: 1000 })),
        }),
        response: { 202: Type.Object({ event: Type.String(), atUs: Type.Integer() }), 404: problemSchema },
      },
    },
    async ({ params: { id }, body: { isRight, by, note } }, reply) => {
      const known = await ask('event', { id });
      if (!known) return sendMissing(reply, `There is no event "${id}"`);
      const mark = { ...markable(known.event), isRight, by, atUs: wallClockUs(), ...(note ? { note } : {}) };
      await publish([encodeMark(mark)]);
      return reply.code(202).send({ event: id, atUs: mark.atUs });
    },
  );
  server.delete(
    '/api/events/:id/mark',
    {
      schema: {
        summary: 'Take back what was said of a suspicion',
        tags,
        params,
        response: { 202: Type.Object({ event: Type.String() }), 404: problemSchema },
      },
    },
    async ({ params: { id } }, reply) => {
      const known = await ask('event', { id });
      if (!known?.mark) return sendMissing(reply, `Nothing was said of the event "${id}"`);
      await publish([encodeUnmark(id)]);
      return reply.code(202).send({ event: id });
    },
  );
};

/** @throws USAGE when there is nothing that could be right or wrong */
function markable(event: TrackEvent): Pick<Mark, 'event' | 'camera' | 'threat' | 'evidence' | 'evidenceRefs'> {
  const { id, camera, threat, evidence, evidenceRefs = [] } = event;
  if (threat === undefined) throw fault('USAGE', `The event "${id}" suspects nothing: it is neither right nor wrong`);
  return { event: id, camera, threat, evidence, evidenceRefs };
}
