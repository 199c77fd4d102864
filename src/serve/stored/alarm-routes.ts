import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { wallClockUs } from '../../base/clock.ts';
import type { AskStore } from '../../store/store-questions.ts';
import { encodeAcknowledgement } from '../../topics/alarm-record.ts';
import type { OutgoingRecord } from '../../topics/record.ts';
import { problemSchema } from '../schemas.ts';
import { asStored, sendJpeg, sendMissing } from './answers.ts';
import { alarmFilterSchema, parsePaging } from './filter-schemas.ts';
import { jpegSchema, pageSchema, storedAlarmSchema } from './stored-schemas.ts';

export interface AlarmRoutesOptions {
  ask: AskStore;
  /** Puts records into the log. */
  publish: (records: readonly OutgoingRecord[]) => Promise<void>;
}

const params = Type.Object({ id: Type.String({ description: 'The alarm’s id.' }) });
const tags = ['alarms'];

/** Alarms as they are stored, and seeing to them. */
export const alarmRoutes: FastifyPluginAsyncTypebox<AlarmRoutesOptions> = async (server, { ask, publish }) => {
  server.get(
    '/api/alarms',
    {
      ...asStored,
      schema: {
        summary: 'Alarms, newest first',
        tags,
        querystring: alarmFilterSchema,
        response: { 200: pageSchema(storedAlarmSchema, 'A page of alarms.'), 400: problemSchema, 503: problemSchema },
      },
    },
    async ({ query: { since, until, ...filter } }, reply) => {
      const times = parsePaging({ ...filter, ...(since ? { since } : {}), ...(until ? { until } : {}) });
      return reply.header('cache-control', 'no-store').send(await ask('alarms', { ...filter, ...times }));
    },
  );
  server.get(
    '/api/alarms/:id',
    {
      ...asStored,
      schema: { summary: 'One alarm', tags, params, response: { 200: storedAlarmSchema, 404: problemSchema } },
    },
    async ({ params: { id } }, reply) =>
      (await ask('alarm', { id })) ?? sendMissing(reply, `There is no alarm "${id}"`),
  );
  server.get(
    '/api/alarms/:id/picture',
    {
      schema: {
        summary: 'A frame that shows what the alarm is about',
        tags,
        params,
        querystring: Type.Object({
          frame: Type.Optional(Type.String({ description: 'One of its evidence; left out: what made the rule fire.' })),
        }),
        response: { 200: jpegSchema, 404: problemSchema },
      },
    },
    async ({ params: { id }, query: { frame } }, reply) =>
      sendJpeg(reply, await ask('alarmPicture', { id, frame }), `No such picture of the alarm "${id}" is kept`),
  );
  server.post(
    '/api/alarms/:id/acknowledge',
    {
      schema: {
        summary: 'Say that somebody has seen to an alarm',
        description: 'Writes a record to the topic `alarms`; the alarm is shown as acknowledged once that is stored.',
        tags,
        params,
        body: Type.Object({
          by: Type.String({ minLength: 1, maxLength: 100, description: 'Who.' }),
          note: Type.Optional(Type.String({ maxLength: 1000 })),
        }),
        response: { 202: Type.Object({ alarm: Type.String(), atUs: Type.Integer() }), 404: problemSchema },
      },
    },
    async ({ params: { id }, body: { by, note } }, reply) => {
      const known = await ask('alarm', { id });
      if (!known) return sendMissing(reply, `There is no alarm "${id}"`);
      const said = { alarm: id, camera: known.alarm.camera, by, atUs: wallClockUs() };
      await publish([encodeAcknowledgement({ ...said, ...(note ? { note } : {}) })]);
      return reply.code(202).send({ alarm: id, atUs: said.atUs });
    },
  );
};
