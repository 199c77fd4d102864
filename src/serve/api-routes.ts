import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { LedgerSnapshot } from '../topics/camera-account.ts';
import type { GroupAccount } from '../topics/group-account.ts';
import { groupsSchema } from './group-schema.ts';
import type { LiveHub } from './live-hub.ts';
import type { Metrics } from './metrics.ts';
import { cameraParamsSchema, liveSchema, problemSchema, readySchema, snapshotSchema } from './schemas.ts';

export interface ApiOptions {
  snapshot: () => LedgerSnapshot;
  groups: () => readonly GroupAccount[];
  /** What is being waited for; undefined when ready. */
  notReadyReason: () => string | undefined;
  hub: LiveHub;
  metrics: Metrics;
}

/** What programs ask: health, metrics, the ledger, a picture. */
export const apiRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (server, options) => {
  server.get(
    '/api/cameras',
    { schema: { summary: 'The ledger', tags: ['cameras'], response: { 200: snapshotSchema } } },
    async (_request, reply) => reply.header('cache-control', 'no-store').send(options.snapshot()),
  );
  server.get(
    '/api/groups',
    { schema: { summary: 'How far detectors are behind', tags: ['groups'], response: { 200: groupsSchema } } },
    async (_request, reply) => reply.header('cache-control', 'no-store').send([...options.groups()]),
  );
  server.get(
    '/api/cameras/:id/frame.jpg',
    {
      schema: {
        summary: 'The newest picture of a camera',
        tags: ['cameras'],
        params: cameraParamsSchema,
        produces: ['image/jpeg'],
        response: {
          200: { content: { 'image/jpeg': { schema: Type.String({ format: 'binary' }) } } },
          404: problemSchema,
        },
      },
    },
    async (request, reply) => {
      const frame = options.hub.newestOf(request.params.id);
      if (!frame || frame.jpeg.length === 0) {
        const message = `No picture of the camera "${request.params.id}" has been seen yet`;
        return reply.code(404).send({ statusCode: 404, error: 'Not Found', message });
      }
      return reply
        .header('cache-control', 'no-store')
        .type('image/jpeg')
        .send(frame.jpeg as never);
    },
  );
  await server.register(healthRoutes, options);
};

const healthRoutes: FastifyPluginAsyncTypebox<ApiOptions> = async (server, options) => {
  server.get(
    '/livez',
    { schema: { summary: 'The process answers', tags: ['health'], response: { 200: liveSchema } } },
    async () => ({ live: true }),
  );
  server.get(
    '/readyz',
    {
      schema: {
        summary: 'The broker is reached and, where cameras are expected, one of them was seen',
        tags: ['health'],
        response: { 200: readySchema, 503: readySchema },
      },
    },
    async (_request, reply) => {
      const reason = options.notReadyReason();
      if (reason !== undefined) return reply.code(503).send({ ready: false, reason });
      return { ready: true };
    },
  );
  server.get('/metrics', { schema: { summary: 'Metrics for Prometheus', tags: ['health'] } }, async (_request, reply) =>
    reply.type(options.metrics.contentType).send(await options.metrics.text()),
  );
};
