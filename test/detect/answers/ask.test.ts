import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify from 'fastify';
import { wallClockUs } from '../../../src/base/clock.ts';
import { isFault } from '../../../src/base/errors.ts';
import { createLogger } from '../../../src/base/logger.ts';
import { Broker } from '../../../src/broker/index.ts';
import { capabilitiesOf } from '../../../src/detect/answers/capability.ts';
import { startAnswers } from '../../../src/detect/answers/start-answers.ts';
import type { Looker } from '../../../src/detect/looker/looker.ts';
import { importSharp } from '../../../src/detect/picture/import-sharp.ts';
import { askRoutes } from '../../../src/serve/ask-routes.ts';
import { Asker } from '../../../src/stage/ask/asker.ts';
import { ensureTopics } from '../../../src/stage/kafka-admin.ts';
import { openRecordProducer } from '../../../src/stage/record-producer.ts';
import { encodeReply } from '../../../src/topics/ask-record.ts';
import { topicDefinitions } from '../../../src/topics/topic-names.ts';
import { temporaryFolder } from '../../support/vigil.ts';

const logger = createLogger('test', { level: 'silent' });
const box = { x: 1, y: 2, width: 3, height: 4 };

async function photo(): Promise<Buffer> {
  const sharp = await importSharp();
  const black = { create: { width: 40, height: 20, channels: 3, background: '#000' } } as const;
  // Turned by a quarter, as phones note it.
  return sharp(black).withMetadata({ orientation: 6 }).jpeg().toBuffer();
}

async function openWorld(t: TestContext) {
  const broker = await Broker.start({ dataDir: join(await temporaryFolder(t), 'data'), port: 0 });
  t.after(() => broker.close());
  const brokers = [broker.bootstrap];
  const topics = topicDefinitions({ partitions: 2, retentionMs: -1, retentionBytes: -1 });
  await ensureTopics({ brokers, clientId: 'test', topics });
  const asker = await Asker.open({ brokers, clientId: 'test' });
  t.after(() => asker.close());
  const startWorker = async (worker: string, look: Looker['look']) => {
    const capabilities = capabilitiesOf([]);
    const running = await startAnswers({ brokers, worker, capabilities, look, nowUs: wallClockUs, logger });
    t.after(() => running.close());
    return running;
  };
  return { brokers, asker, startWorker };
}

test('a capable worker answers, upright; a corrupt photo is told, and nobody asks nobody', {
  timeout: 120_000,
}, async (t) => {
  const { asker, startWorker } = await openWorld(t);
  const picture = await photo();
  await assert.rejects(asker.ask('identify-object', picture, 1000), (error) => isFault(error, 'ASK_NO_WORKER'));
  const sizes: string[] = [];
  const look: Looker['look'] = async ({ width, height }) => {
    sizes.push(`${width}×${height}`);
    return { inferenceUs: 1, detections: [{ label: 'dog', score: 0.9, box }] };
  };
  await startWorker('dogs@1', look);
  await startWorker('dogs@1', look);
  const replies = await Promise.all([1, 2, 3].map(() => asker.ask('identify-object', picture, 60_000)));
  for (const { worker, answer } of replies) {
    assert.equal(worker, 'dogs@1');
    assert.deepEqual(answer, { width: 20, height: 40, detections: [{ label: 'dog', score: 0.9, box }] });
  }
  assert.deepEqual(sizes, ['20×40', '20×40', '20×40']);
  for (const corrupt of [Buffer.from('no picture'), picture.subarray(0, picture.length / 2)]) {
    const { error } = await asker.ask('identify-object', corrupt, 60_000);
    assert.equal(error?.code, 'FRAME_UNDECODABLE');
  }
  await assert.rejects(asker.ask('identify-object', Buffer.alloc(0), 1000), (error) => isFault(error, 'ASK_REFUSED'));
  await assert.rejects(asker.ask('read-pose', picture, 1000), (error) => isFault(error, 'ASK_NO_WORKER'));
});

test('a question that is not answered in time ends, and what was asked before is not looked at any more', {
  timeout: 120_000,
}, async (t) => {
  const { asker, brokers, startWorker } = await openWorld(t);
  const looked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  let looks = 0;
  await startWorker('slow@1', async () => {
    looks += 1;
    looked.resolve();
    await go.promise;
    return { inferenceUs: 1, detections: [] };
  });
  const picture = await photo();
  const first = asker.ask('identify-object', picture, 60_000);
  await looked.promise;
  // Behind the first one in its partition or beside it in another: nobody is free for it.
  const inVain = Array.from({ length: 5 }, () => asker.ask('identify-object', picture, 200));
  for (const each of inVain) await assert.rejects(each, (error) => isFault(error, 'ASK_TIMEOUT'));
  go.resolve();
  assert.deepEqual((await first).answer, { width: 20, height: 40, detections: [] });
  // Strangers on the topic, and answers to what nobody asked, are passed over.
  const producer = await openRecordProducer({ brokers, clientId: 'test' });
  await producer.send([encodeReply({ correlationId: 'x', task: 'identify-object', worker: 'w' }, wallClockUs())]);
  await producer.send([{ topic: 'replies', key: 'x', value: Buffer.from('junk'), headers: new Map() }]);
  await producer.close();
  assert.equal((await asker.ask('identify-object', picture, 60_000)).worker, 'slow@1');
  assert.equal(looks, 2);
});

test('the same over HTTP, with a status that says what happened', { timeout: 120_000 }, async (t) => {
  const { asker, startWorker } = await openWorld(t);
  const server = Fastify().withTypeProvider<TypeBoxTypeProvider>();
  await server.register(askRoutes, { openAsker: async () => ({ ask: asker.ask.bind(asker), close: async () => {} }) });
  t.after(() => server.close());
  const post = (task: string, payload: Buffer) =>
    server.inject({ method: 'POST', url: `/api/ask/${task}`, payload, headers: { 'content-type': 'image/jpeg' } });
  const picture = await photo();
  await startWorker('dogs@1', async () => ({ inferenceUs: 1, detections: [] }));
  const answered = await post('identify-object', picture);
  assert.deepEqual([answered.statusCode, answered.json().answer], [200, { width: 20, height: 40, detections: [] }]);
  const corrupt = await post('identify-object', Buffer.from('junk'));
  assert.deepEqual([corrupt.statusCode, corrupt.json().error.code], [422, 'FRAME_UNDECODABLE']);
  assert.equal((await post('make-coffee', picture)).statusCode, 400);
});
