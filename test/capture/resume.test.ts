import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findPublished, lookBack } from '../../src/capture/look-back.ts';
import { SessionAccount } from '../../src/capture/session-account.ts';
import type { CaptureOptions } from '../../src/capture/start-capture.ts';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { readToEnd } from '../../src/stage/read-to-end.ts';
import { openRecordConsumer } from '../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { decodeFrameHeader, encodeFrame } from '../../src/topics/frame-record.ts';
import {
  decodeSessionStatement,
  encodeSessionStatement,
  type SessionStatement,
} from '../../src/topics/ledger-record.ts';
import { topicDefinitions, topicNames } from '../../src/topics/topic-names.ts';
import { startBroker } from '../broker/start-broker.ts';
import { camera } from './capture-run.ts';

const clientId = 'test';
const entry = join(import.meta.dirname, 'capture-entry.ts');

async function brokersWithTopics(t: TestContext, partitions: number): Promise<string[]> {
  const broker = await startBroker();
  t.after(() => broker.close());
  const brokers = [broker.bootstrap];
  const kept = { retentionMs: -1, retentionBytes: -1 };
  await ensureTopics({ brokers, clientId, topics: topicDefinitions({ partitions, ...kept }) });
  return brokers;
}

type Options = Omit<CaptureOptions, 'logger'>;

function start(t: TestContext, options: Options): ChildProcess {
  const child = spawn(process.execPath, [entry, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  child.stdout?.resume();
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function framesInLog(brokers: readonly string[]): Promise<{ session: string; frame: number }[]> {
  const frames: { session: string; frame: number }[] = [];
  await readToEnd({ brokers, clientId, topic: topicNames.rawVideoFrames, from: 'beginning' }, (record) => {
    const { session, frame } = decodeFrameHeader(record);
    frames.push({ session, frame });
  });
  return frames.sort((a, b) => a.frame - b.frame);
}

/** The newest statement of each session. */
async function statements(brokers: readonly string[]): Promise<SessionStatement[]> {
  const newest = new Map<string, SessionStatement>();
  await readToEnd({ brokers, clientId, topic: topicNames.ledger, from: 'beginning' }, (record) => {
    const statement = decodeSessionStatement(record);
    newest.set(statement.session, statement);
  });
  return [...newest.values()];
}

test('a film whose capture is killed again and again is in the log once, as one session without a hole', async (t) => {
  const brokers = await brokersWithTopics(t, 5);
  const film = camera('testsrc:40', { fps: 25, width: 320 });
  const options: Options = { brokers, cameras: [film], pace: 'fast', once: true };
  let running = start(t, options);
  let seen = 0;
  const consumer = await openRecordConsumer({
    brokers,
    clientId,
    topics: [topicNames.rawVideoFrames],
    from: 'beginning',
  });
  const killAt = [41, 230, 231, 600];
  for await (const _ of consumer) {
    seen += 1;
    if (seen !== killAt[0]) continue;
    await kill(running);
    running = start(t, options);
    if (killAt.shift() !== undefined && killAt.length === 0) break;
  }
  await consumer.close();
  await once(running, 'exit');
  const frames = await framesInLog(brokers);
  assert.deepEqual(
    frames.map(({ frame }) => frame),
    Array.from({ length: 1000 }, (_, n) => n),
  );
  assert.equal(new Set(frames.map(({ session }) => session)).size, 1);
  const [stated, ...more] = await statements(brokers);
  assert.deepEqual(more, []);
  assert.deepEqual([stated?.state, stated?.captured, stated?.published], ['ended', 1000, 1000]);
});

test('a film that was through, and one that is another, begin a session of their own', async (t) => {
  const brokers = await brokersWithTopics(t, 3);
  for (const [source, fps] of [
    ['testsrc:1', 10],
    ['testsrc:1', 10],
    ['testsrc:1', 5],
  ] as const) {
    const child = start(t, { brokers, cameras: [camera(source, { fps, width: 320 })], pace: 'fast', once: true });
    await once(child, 'exit');
  }
  const sessions = await statements(brokers);
  assert.deepEqual(
    sessions.map(({ published, gap }) => [published, gap]),
    [
      [10, undefined],
      [10, undefined],
      [5, undefined],
    ],
  );
});

test('a live camera whose capture was killed begins a new session that names the gap', async (t) => {
  const brokers = await brokersWithTopics(t, 3);
  const options: Options = { brokers, cameras: [camera('testsrc', { width: 320 })], pace: 'live', once: false };
  for (let run = 0; run < 2; run++) {
    const child = start(t, options);
    const consumer = await openRecordConsumer({ brokers, clientId, topics: [topicNames.rawVideoFrames], from: 'end' });
    for await (const _ of consumer) break;
    await consumer.close();
    await kill(child);
  }
  const [first, second, ...more] = await statements(brokers);
  assert.deepEqual(more, []);
  assert.equal(first?.gap, undefined);
  assert.deepEqual([second?.gap?.after, second?.gap?.reason], [first?.session, 'crashed']);
  assert.equal(second?.gap?.fromUs, first?.statedAtUs);
  assert.ok((second?.gap?.toUs ?? 0) > (first?.statedAtUs ?? 0));
});

test('what the log holds of a session is found where its partitions got differently far', async (t) => {
  const brokers = await brokersWithTopics(t, 5);
  const producer = await openRecordProducer({ brokers, clientId });
  const times = { capturedAtUs: Date.now() * 1000, ptsUs: 0, width: 1, height: 1, jpeg: Buffer.alloc(9) };
  const records = (session: string, frames: readonly number[]) =>
    frames.map((frame) => encodeFrame({ camera: 'cam', session, frame, ...times }, 5));
  // Each partition holds a fifth of the frames; two of them did not get as far as the others.
  const there = Array.from({ length: 40 }, (_, n) => n).filter((n) => n < 30 || (n % 5 !== 1 && n % 5 !== 3));
  await producer.send(records('s', there));
  // Others filled the partitions since, more than a first look back reads.
  await producer.send(
    records(
      'other',
      Array.from({ length: 501 }, (_, n) => n),
    ),
  );
  const session = { camera: 'cam', session: 's', openedAtUs: times.capturedAtUs - 1_000_000 };
  const found = await findPublished(session, brokers);
  assert.equal(found.last, 39);
  const has = Array.from({ length: 45 }, (_, n) => n).filter((n) => found.has(n));
  assert.deepEqual(has, there);
  assert.equal((await findPublished({ ...session, session: 'none' }, brokers)).last, -1);
  await producer.close();
});

test('a film begun after the clock was set back belongs to the run, follows the session before, and is resumed', async (t) => {
  const brokers = await brokersWithTopics(t, 3);
  const film = camera('testsrc:1', { fps: 10 });
  const options = { brokers, resumeSinceMs: Date.now() + 3_600_000 };
  const { notBeforeUs = 0 } = await lookBack(film, options);
  assert.equal(notBeforeUs, options.resumeSinceMs * 1000);
  const account = new SessionAccount(film, false, { notBeforeUs });
  account.running();
  const producer = await openRecordProducer({ brokers, clientId });
  t.after(() => producer.close());
  const picture = { capturedAtUs: Date.now() * 1000, ptsUs: 0, width: 1, height: 1, jpeg: Buffer.alloc(9) };
  const records = [0, 1, 2].map((frame) => encodeFrame({ camera: film.id, session: account.id, frame, ...picture }, 3));
  await producer.send([encodeSessionStatement(account.statement()), ...records]);

  const past = await lookBack(film, options);
  assert.deepEqual([past.previous?.session, past.published?.last], [account.id, 2]);
  const another = await lookBack(camera('testsrc:2', { fps: 10 }), options);
  assert.equal(another.published, undefined);
  assert.ok((another.notBeforeUs ?? 0) > account.openedAtUs);
});
