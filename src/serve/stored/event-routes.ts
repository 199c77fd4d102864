import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { AskStore } from '../../store/store-questions.ts';
import { problemSchema } from '../schemas.ts';
import { asStored, sendJpeg, sendMissing } from './answers.ts';
import { eventFilterSchema, parsePaging, parseTypes } from './filter-schemas.ts';
import { jpegSchema, momentSchema, pageSchema, storedEventSchema } from './stored-schemas.ts';

const params = Type.Object({ id: Type.String({ description: 'The event’s id, with %2F for each slash.' }) });
const tags = ['events'];

/** Events as they are stored. */
export const eventRoutes: FastifyPluginAsyncTypebox<{ ask: AskStore }> = async (server, { ask }) => {
  server.get(
    '/api/events',
    {
      ...asStored,
      schema: {
        summary: 'Events, newest first',
        tags,
        querystring: eventFilterSchema,
        response: { 200: pageSchema(storedEventSchema, 'A page of events.'), 400: problemSchema, 503: problemSchema },
      },
    },
    async ({ query: { type, since, until, ...filter } }, reply) => {
      const times = parsePaging({ ...filter, ...(since ? { since } : {}), ...(until ? { until } : {}) });
      const types = parseTypes(type);
      const page = await ask('events', { ...filter, ...times, ...(types ? { types } : {}) });
      return reply.header('cache-control', 'no-store').send(page);
    },
  );
  server.get(
    '/api/events/:id',
    {
      ...asStored,
      schema: { summary: 'One event', tags, params, response: { 200: storedEventSchema, 404: problemSchema } },
    },
    async ({ params: { id } }, reply) =>
      (await ask('event', { id })) ?? sendMissing(reply, `There is no event "${id}"`),
  );
  server.get(
    '/api/events/:id/picture',
    {
      schema: {
        summary: 'The frame that shows an event',
        tags,
        params,
        querystring: Type.Object({
          frame: Type.Optional(
            Type.String({ description: 'One of its evidence; left out: that in which it happened.' }),
          ),
        }),
        response: { 200: jpegSchema, 404: problemSchema },
      },
    },
    async ({ params: { id }, query: { frame } }, reply) =>
      sendJpeg(reply, await ask('eventPicture', { id, frame }), `No such picture of the event "${id}" is kept`),
  );
  server.get(
    '/api/events/:id/moment',
    {
      ...asStored,
      schema: {
        summary: 'The frames of an event, and what was seen in each',
        tags,
        params,
        response: { 200: momentSchema, 404: problemSchema },
      },
    },
    async ({ params: { id } }, reply) =>
      (await ask('moment', { id })) ?? sendMissing(reply, `There is no event "${id}"`),
  );
};
