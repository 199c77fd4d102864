import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { problemSchema } from '../schemas.ts';

/** What became of a photo. */
export interface Enrolled {
  person: string;
  name: string;
  /** Somebody else whom the face is as near to as faces of one person are. */
  looksLike?: { name: string; distance: number };
}

/** Takes up the face of a photo under a name. @throws FACE_REFUSED, PHOTO_UNREADABLE and what else enrolling can say */
export type Enroll = (name: string, photo: Uint8Array) => Promise<Enrolled>;

const largestPhotoBytes = 20 * 2 ** 20;
const photoTypes = ['image/jpeg', 'image/png', 'image/webp'];

/** Enrolling by a photo. */
export const enrollRoute: FastifyPluginAsyncTypebox<{ enroll: Enroll }> = async (server, { enroll }) => {
  server.addContentTypeParser(photoTypes, { parseAs: 'buffer', bodyLimit: largestPhotoBytes }, (_request, body, done) =>
    done(null, body),
  );
  server.post(
    '/api/people',
    {
      bodyLimit: largestPhotoBytes,
      schema: {
        summary: 'Enrol somebody by a photo',
        description: `The body is the photo: ${photoTypes.join(', ')}. A photo that shows no face, several, or one too small or blurred is refused with the reason.`,
        tags: ['people'],
        consumes: photoTypes,
        querystring: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }) }),
        response: {
          201: Type.Object({
            person: Type.String(),
            name: Type.String(),
            looksLike: Type.Optional(Type.Object({ name: Type.String(), distance: Type.Number() })),
          }),
          415: problemSchema,
          422: problemSchema,
        },
      },
    },
    async ({ query: { name }, body }, reply) => {
      // Texts and JSON have parsers of their own.
      if (!Buffer.isBuffer(body)) {
        const message = `The body is no photo: ${photoTypes.join(', ')}`;
        return reply.code(415).send({ statusCode: 415, error: 'Unsupported Media Type', message });
      }
      return reply.code(201).send(await enroll(name, body));
    },
  );
};
