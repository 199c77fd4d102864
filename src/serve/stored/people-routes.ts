import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { wallClockUs } from '../../base/clock.ts';
import { namingAs } from '../../stage/people/edit-people.ts';
import { eraseFace, erasePerson } from '../../topics/people-record.ts';
import type { Person } from '../../topics/people-schema.ts';
import type { StoredPerson } from '../../topics/stored.ts';
import { problemSchema } from '../schemas.ts';
import type { AlarmRoutesOptions } from './alarm-routes.ts';
import { asStored, sendJpeg, sendMissing } from './answers.ts';
import { parsePaging, peopleFilterSchema } from './filter-schemas.ts';
import { jpegSchema, pageSchema, storedPersonSchema } from './stored-schemas.ts';

const params = Type.Object({ id: Type.String({ description: 'The person’s id.' }) });
const faceParams = Type.Object({ id: Type.String(), face: Type.String() });
const tags = ['people'];

/** The gallery: who is known, naming the unknown, and erasing. What is changed goes to the topic `people`. */
export const peopleRoutes: FastifyPluginAsyncTypebox<AlarmRoutesOptions> = async (server, { ask, publish }) => {
  server.get(
    '/api/people',
    {
      ...asStored,
      schema: {
        summary: 'People, newest first',
        tags,
        querystring: peopleFilterSchema,
        response: { 200: pageSchema(storedPersonSchema, 'A page of people.'), 400: problemSchema, 503: problemSchema },
      },
    },
    async ({ query }, reply) => {
      parsePaging(query);
      return reply.header('cache-control', 'no-store').send(await ask('people', query));
    },
  );
  server.get(
    '/api/people/:id',
    {
      ...asStored,
      schema: { summary: 'One person', tags, params, response: { 200: storedPersonSchema, 404: problemSchema } },
    },
    async ({ params: { id } }, reply) => (await ask('person', { person: id })) ?? sendMissing(reply, noPerson(id)),
  );
  server.get(
    '/api/people/:id/faces/:face/crop',
    {
      schema: {
        summary: 'A face, cut out',
        tags,
        params: faceParams,
        response: { 200: jpegSchema, 404: problemSchema },
      },
    },
    async ({ params: { id, face } }, reply) =>
      sendJpeg(reply, await ask('crop', { person: id, face }), `No picture of the face "${face}" of "${id}" is kept`),
  );
  server.put(
    '/api/people/:id/name',
    {
      schema: {
        summary: 'Say who somebody is',
        description:
          'Past events are shown under this name too. Under the name of somebody else: the two are one person.',
        tags,
        params,
        body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }) }),
        response: { 202: Type.Object({ person: Type.String(), name: Type.String() }), 404: problemSchema },
      },
    },
    async ({ params: { id }, body }, reply) => {
      const known = await ask('person', { person: id });
      if (!known) return sendMissing(reply, noPerson(id));
      const name = body.name.trim();
      const same = await ask('named', { name });
      const { person, records } = namingAs(personOf(known), same && personOf(same), name, wallClockUs());
      await publish(records);
      return reply.code(202).send({ person: person.person, name });
    },
  );
  server.delete(
    '/api/people/:id',
    {
      schema: {
        summary: 'Erase somebody: every face, every picture kept because of them, and their name in events and alarms',
        description: 'Events and alarms stay, without who it was. What notifiers were told is out of reach.',
        tags,
        params,
        response: {
          202: Type.Object(
            {
              people: Type.Integer({ description: 'Ids.' }),
              faces: Type.Integer(),
              events: Type.Integer({ description: 'That said who it was.' }),
              alarms: Type.Integer({ description: 'That said who it was.' }),
              pictures: Type.Integer({ description: 'Frames kept because of them.' }),
            },
            { description: 'How much is erased.' },
          ),
          404: problemSchema,
        },
      },
    },
    async ({ params: { id } }, reply) => {
      const known = await ask('person', { person: id });
      if (!known) return sendMissing(reply, noPerson(id));
      const ids = [known.person, ...known.aliases];
      const traces = await ask('traces', { ids });
      await publish(erasureOf(known));
      return reply.code(202).send({ people: ids.length, faces: known.faces.length, ...traces });
    },
  );
};

function personOf({ person, name, isEnrolled, atUs, firstSeen }: StoredPerson): Person {
  const about = { ...(name === null ? {} : { name }), ...(firstSeen === null ? {} : { firstSeen }) };
  return { person, isEnrolled, atUs, ...about };
}

/** Faces first: what is left of an erasure that was broken off still names whose faces these are. */
function erasureOf({ person, aliases, faces }: StoredPerson) {
  return [...faces.map(eraseFace), ...[...aliases, person].map(erasePerson)];
}

function noPerson(id: string): string {
  return `Nobody is known as "${id}"`;
}
