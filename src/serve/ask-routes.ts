import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { parseDurationMs } from '../base/units.ts';
import { type Asker, maxPictureBytes } from '../stage/ask/asker.ts';
import { askTasks } from '../topics/ask-task.ts';
import { problemSchema } from './schemas.ts';

export interface AskRoutesOptions {
  /** Opened with the first question. */
  openAsker: () => Promise<Pick<Asker, 'ask' | 'close'>>;
}

const defaultTimeout = '10s';
const longestTimeoutMs = 120_000;

const replySchema = Type.Object(
  {
    task: Type.String(),
    correlationId: Type.String(),
    worker: Type.String({ description: 'Who answered.' }),
    answer: Type.Optional(Type.Unknown({ description: 'Its form is the task’s own.' })),
    error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  },
  { description: 'What a detector says of the picture.' },
);

/** Questions about a photo, answered by any capable detector. */
export const askRoutes: FastifyPluginAsyncTypebox<AskRoutesOptions> = async (server, { openAsker }) => {
  let opening: ReturnType<AskRoutesOptions['openAsker']> | undefined;
  const asker = () => {
    opening ??= openAsker();
    // A broker that was away is asked again.
    opening.catch(() => (opening = undefined));
    return opening;
  };
  server.addHook('onClose', async () => (await opening?.catch(() => undefined))?.close());
  for (const type of ['image/jpeg', 'image/png', 'application/octet-stream']) {
    server.addContentTypeParser(
      type,
      { parseAs: 'buffer', bodyLimit: maxPictureBytes },
      async (_request: unknown, body: Buffer) => body,
    );
  }
  server.post(
    '/api/ask/:task',
    {
      schema: {
        summary: 'Ask the running detectors about a photo (JPEG or PNG in the body)',
        tags: ['ask'],
        params: Type.Object({ task: Type.Enum([...askTasks]) }),
        querystring: Type.Object({
          timeout: Type.Optional(
            Type.String({ description: 'How long to wait, such as 10s.', default: defaultTimeout }),
          ),
        }),
        response: { 200: replySchema, 400: problemSchema, 422: replySchema, 503: problemSchema, 504: problemSchema },
      },
    },
    async ({ params: { task }, query: { timeout = defaultTimeout }, body }, reply) => {
      const timeoutMs = Math.min(longestTimeoutMs, parseDurationMs(timeout));
      const picture = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      const answered = await (await asker()).ask(task, picture, timeoutMs);
      return reply.code(answered.error ? 422 : 200).send(answered);
    },
  );
};
