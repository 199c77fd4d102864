import type { TestContext } from 'node:test';
import { Admin, Producer } from '@platformatic/kafka';
import { type AuditOptions, runAudit } from '../../src/audit/run-audit.ts';
import type { Broker } from '../../src/broker/broker.ts';
import { ensureTopics } from '../../src/stage/kafka-admin.ts';
import { openRecordProducer } from '../../src/stage/record-producer.ts';
import { encodeFrame, type Frame } from '../../src/topics/frame-record.ts';
import { encodeSessionStatement, type SessionStatement } from '../../src/topics/ledger-record.ts';
import { framePartition } from '../../src/topics/partitioning.ts';
import type { OutgoingRecord } from '../../src/topics/record.ts';
import { encodeResult, type Result } from '../../src/topics/result-record.ts';
import { topicDefinitions, topicNames } from '../../src/topics/topic-names.ts';
import { startBroker } from '../broker/start-broker.ts';

export const partitions = 3;
export const camera = 'yard';
export const session = '20260314T101112.131Z-0a1b';
export const detector = 'people@1';
export const capturedAtUs = 1_773_483_072_131_045;

export function frame(number: number, change: Partial<Frame> = {}): Frame {
  const jpeg = Buffer.from(`picture ${number}`);
  const times = { capturedAtUs: capturedAtUs + number * 100_000, ptsUs: number * 100_000 };
  return { camera, session, frame: number, ...times, width: 64, height: 48, jpeg, ...change };
}

export function statement(change: Partial<SessionStatement> = {}): SessionStatement {
  return {
    camera,
    session,
    state: 'ended',
    live: false,
    source: 'yard.mp4',
    openedAtUs: capturedAtUs,
    statedAtUs: capturedAtUs + 10_000_000,
    width: 64,
    height: 48,
    fps: 10,
    captured: 30,
    published: 30,
    lost: {},
    reconnects: 0,
    ...change,
  };
}

/** Records as the parts of Vigil would write them, to be spoilt before they are published. */
export class Scene {
  readonly frames: Frame[] = [];
  readonly results: { of: Frame; change: Partial<Result>; jpeg: Buffer }[] = [];
  readonly others: OutgoingRecord[] = [];
  /** How many frames of each partition the group has committed; undefined: all that were answered. */
  committed: number[] | undefined;
  statements: SessionStatement[] = [statement()];

  /** `count` frames of one session, each with its result. */
  constructor(count = 30) {
    for (let number = 0; number < count; number++) {
      this.frames.push(frame(number));
      this.answer(number);
    }
  }

  answer(number: number, change: Partial<Result> = {}): void {
    const of = frame(number);
    this.results.push({ of, change, jpeg: of.jpeg });
  }

  removeFrame(number: number): void {
    this.frames.splice(
      this.frames.findIndex((each) => each.frame === number),
      1,
    );
  }

  removeResult(number: number): void {
    this.results.splice(
      this.results.findIndex(({ of }) => of.frame === number),
      1,
    );
  }

  /** Everything in the order of the journey. */
  records(): OutgoingRecord[] {
    const places = this.#places();
    const results = this.results.map(({ of, change, jpeg }) => {
      const { jpeg: _, ...header } = of;
      const frameRef = places.get(of.frame) ?? `${topicNames.rawVideoFrames}/0/0`;
      const result: Result = { frame: header, frameRef, detector, inferenceUs: 9, detections: [], ...change };
      return encodeResult(result, jpeg, partitions);
    });
    const frames = this.frames.map((each) => encodeFrame(each, partitions));
    return [...this.statements.map(encodeSessionStatement), ...frames, ...results, ...this.others];
  }

  /** Where each frame comes to lie: the records of a partition are numbered from 0. */
  #places(): Map<number, string> {
    const next = Array<number>(partitions).fill(0);
    const places = new Map<number, string>();
    for (const { frame: number } of this.frames) {
      const partition = framePartition(camera, number, partitions);
      const offset = next[partition] ?? 0;
      next[partition] = offset + 1;
      if (!places.has(number)) places.set(number, `${topicNames.rawVideoFrames}/${partition}/${offset}`);
    }
    return places;
  }

  place(number: number): string {
    return this.#places().get(number) ?? 'nowhere';
  }

  async publish(brokers: readonly string[]): Promise<void> {
    await ensureTopics({
      brokers,
      clientId: 'scene',
      topics: topicDefinitions({ partitions, retentionMs: -1, retentionBytes: -1 }),
    });
    const producer = await openRecordProducer({ brokers, clientId: 'scene' });
    await producer.send(this.records());
    await producer.close();
    await this.#commit(brokers);
  }

  async #commit(brokers: readonly string[]): Promise<void> {
    const admin = new Admin({ clientId: 'scene', bootstrapBrokers: [...brokers] });
    const count = (partition: number) =>
      this.frames.filter((each) => framePartition(camera, each.frame, partitions) === partition).length;
    const partitionOffsets = Array.from({ length: partitions }, (_, partition) => ({
      partition,
      offset: BigInt(this.committed?.[partition] ?? count(partition)),
    }));
    const topics = [{ name: topicNames.rawVideoFrames, partitionOffsets }];
    await admin.alterConsumerGroupOffsets({ groupId: `detect-${detector}`, topics });
    await admin.close();
  }
}

export async function brokerFor(t: TestContext, dataDir?: string): Promise<Broker> {
  const broker = await startBroker(dataDir === undefined ? {} : { dataDir });
  t.after(() => broker.close());
  return broker;
}

/** Publishes the scene to a broker of its own and recounts it. */
export async function auditOf(t: TestContext, scene: Scene, options: Partial<AuditOptions> = {}) {
  const broker = await brokerFor(t);
  const brokers = [broker.bootstrap];
  await scene.publish(brokers);
  return runAudit({ brokers, ...options });
}

/** Removes the oldest records of a partition, as retention does. */
export async function removeBefore(brokers: readonly string[], topic: string, offsets: readonly number[]) {
  const admin = new Admin({ clientId: 'scene', bootstrapBrokers: [...brokers] });
  const all = offsets.map((offset, partition) => ({ partition, offset: BigInt(offset) }));
  await admin.deleteRecords({ topics: [{ name: topic, partitions: all }] });
  await admin.close();
}

/** Publishes records in a transaction that is given up. */
export async function publishAborted(brokers: readonly string[], records: readonly OutgoingRecord[]): Promise<void> {
  const producer = new Producer<string, Buffer, string, string>({
    clientId: 'scene',
    bootstrapBrokers: [...brokers],
    idempotent: true,
    transactionalId: 'scene',
    serializers: {
      key: (key) => Buffer.from(key ?? ''),
      value: (value) => value,
      headerKey: (key) => Buffer.from(key ?? ''),
      headerValue: (value) => Buffer.from(value ?? ''),
    },
  });
  const transaction = await producer.beginTransaction();
  const messages = records.map(({ topic, key, value, headers, partition }) => ({
    ...{ topic, value, headers, key: key ?? '' },
    ...(partition === undefined ? {} : { partition }),
  }));
  await transaction.send({ messages });
  await transaction.abort();
  await producer.close();
}
