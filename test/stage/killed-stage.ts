import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { openRecordConsumer } from '../../src/stage/record-consumer.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { decodeEvent } from '../../src/topics/event-record.ts';
import type { TrackEvent } from '../../src/topics/event-schema.ts';
import { encodeSessionStatement, type SessionStatement } from '../../src/topics/ledger-record.ts';
import type { OutgoingRecord } from '../../src/topics/record.ts';
import type { Random } from './order/random.ts';

export interface KilledStageOptions {
  broker: string;
  /** A stage as a process of its own, which says something once it is ready: `node ENTRY <broker>`. */
  entry: string;
  /** Results in the order in which they are written. */
  records: readonly OutgoingRecord[];
  kills: number;
  random: Random;
}

/** Writes results while a stage that reads them is killed again and again. */
export async function killWhileWriting(t: TestContext, options: KilledStageOptions): Promise<void> {
  const { broker, entry, kills, random } = options;
  const producer = await openRecordProducer({ brokers: [broker], clientId: 'test' });
  const records = [...options.records];
  const total = records.length;
  let stage = await startStage(t, entry, broker);
  for (let kill = 0; kill < kills; kill++) {
    const until = Math.floor(((kill + 1) * total) / (kills + 1));
    while (records.length > 0 && total - records.length < until) {
      await producer.send(records.splice(0, random.between(1, 12)));
    }
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 400)));
    if (stage.exitCode !== null) throw new Error(`the stage ended by itself with code ${stage.exitCode}`);
    stage.kill('SIGKILL');
    await once(stage, 'exit');
    stage = await startStage(t, entry, broker);
  }
  await producer.send(records);
  await producer.close();
}

async function startStage(t: TestContext, entry: string, broker: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [entry, broker], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout ?? child, 'data');
  return child;
}

/** Waits for so many events. */
export async function readEvents(broker: string, count: number): Promise<TrackEvent[]> {
  const options = { brokers: [broker], clientId: 'test', topics: ['events'], from: 'beginning' } as const;
  const consumer = await openRecordConsumer(options);
  const events: TrackEvent[] = [];
  for await (const record of consumer) {
    events.push(decodeEvent(record));
    if (events.length === count) break;
  }
  await consumer.close();
  return events;
}

/** Takes from several lanes as they come, the order within each kept, as a group of detectors writes its results. */
export function shuffleLanes(lanes: readonly OutgoingRecord[][], random: Random): OutgoingRecord[] {
  const left = lanes.map((lane) => [...lane]);
  const total = lanes.reduce((sum, lane) => sum + lane.length, 0);
  const order: OutgoingRecord[] = [];
  while (order.length < total) {
    const record = left[random.between(0, left.length - 1)]?.shift();
    if (record) order.push(record);
  }
  return order;
}

/** Capture's word that a session of so many frames is over. */
export function overStatement(camera: string, session: string, frames: number): OutgoingRecord {
  const statement: SessionStatement = {
    camera,
    session,
    state: 'ended',
    live: false,
    source: 'film.mp4',
    openedAtUs: 1,
    statedAtUs: 2,
    width: 640,
    height: 480,
    fps: 10,
    captured: frames,
    published: frames,
    lost: {},
    reconnects: 0,
  };
  return encodeSessionStatement(statement);
}
