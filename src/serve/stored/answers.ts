import type { FastifyReply } from 'fastify';

/** A picture that does not change any more: browsers may keep it, but ask nobody in between. */
export function sendJpeg(reply: FastifyReply, jpeg: Uint8Array | undefined, missing: string) {
  if (!jpeg) return sendMissing(reply, missing);
  return reply.header('cache-control', 'private, max-age=3600').type('image/jpeg').send(Buffer.from(jpeg));
}

export function sendMissing(reply: FastifyReply, message: string) {
  return reply.code(404).send({ statusCode: 404, error: 'Not Found', message });
}

/** Rows were checked when they came, and may be of a newer version than the schema: they are handed on as they are. */
export const asStored = { serializerCompiler: () => (data: unknown) => JSON.stringify(data) };
