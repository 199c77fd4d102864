import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { deleteTopicsRequest, deleteTopicsResponse } from '../../src/wire/messages/20-delete-topics.ts';
import { deleteRecordsRequest, deleteRecordsResponse } from '../../src/wire/messages/21-delete-records.ts';
import { describeConfigsRequest, describeConfigsResponse } from '../../src/wire/messages/32-describe-configs.ts';
import {
  incrementalAlterConfigsRequest,
  incrementalAlterConfigsResponse,
} from '../../src/wire/messages/44-incremental-alter-configs.ts';
import { batchRecords } from '../../src/wire/records.ts';
import type { Random } from '../broker/random.ts';
import type { Fixture } from '../contract/fixture.ts';
import type { RawClient } from '../contract/raw-client.ts';
import { fetchCommitted } from './fetch-committed.ts';
import { RawTransactions } from './raw-transactions.ts';

const api = {
  deleteTopics: { request: deleteTopicsRequest, response: deleteTopicsResponse },
  deleteRecords: { request: deleteRecordsRequest, response: deleteRecordsResponse },
  alterConfigs: { request: incrementalAlterConfigsRequest, response: incrementalAlterConfigsResponse },
  describeConfigs: { request: describeConfigsRequest, response: describeConfigsResponse },
};
const names = ['apples', 'pears', 'plums'];
const table = 'table';
const group = 'power';
const transactionalId = 'power';
/** On a full disk a broker is busy with an earlier transaction until there is room. */
const patience = 20;
const unknownOffset = -1n;
const setOnTopic = 1;
const topicResource = 2;
const smallSegments = { 'segment.bytes': '600' };

/** What a client knows of a topic: the records of its partition that committed, its configs, how far the group is. */
interface KnownTopic {
  records: { offset: bigint; value: string }[];
  retentionMs: string | undefined;
  committed: bigint;
}

/** All that clients of a broker were told. */
export interface Knowledge {
  topics: Map<string, KnownTopic>;
  /** Newest value of each key of the compacted topic. */
  keys: Map<string, string>;
}

export const emptyKnowledge = (): Knowledge => ({ topics: new Map(), keys: new Map() });

/** One thing that a client does, and what it may rely on once that has been answered. */
export interface Step {
  name: string;
  run(): Promise<void>;
  apply(known: Knowledge): void;
}

/** Clients of one life of a broker; each step is chosen by chance. */
export class PowerClients {
  readonly #fixture: Fixture;
  readonly #client: RawClient;
  readonly #known: Knowledge;
  readonly #random: Random;
  readonly #transactions: RawTransactions;
  #lastValue = 0;
  readonly #life: string;

  constructor(fixture: Fixture, known: Knowledge, random: Random, life: string) {
    this.#fixture = fixture;
    this.#client = fixture.client;
    this.#known = known;
    this.#random = random;
    this.#life = life;
    this.#transactions = new RawTransactions(fixture.client, transactionalId, patience);
  }

  async begin(): Promise<void> {
    await this.#transactions.begin();
    const configs = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0', ...smallSegments };
    await this.#fixture.createTopic(table, { configs });
  }

  next(): Step {
    const present = this.#random.pick([...this.#known.topics.keys()]);
    const absent = this.#random.pick(names.filter((name) => !this.#known.topics.has(name)));
    const dice = this.#random.below(20);
    if (present === undefined || (absent !== undefined && dice === 0)) return this.#create(absent ?? '');
    if (dice === 1) return this.#delete(present);
    if (dice === 2) return this.#alter(present);
    if (dice === 3) return this.#deleteRecords(present);
    if (dice < 8) return this.#put();
    return dice < 14 ? this.produce(present) : this.#transact(present, this.#random.below(3) > 0);
  }

  #value(): string {
    return `${this.#life}/${++this.#lastValue}${'.'.repeat(this.#random.below(60))}`;
  }

  #create(name: string): Step {
    return {
      name: `create ${name}`,
      run: async () => assert.equal(await this.#fixture.createTopic(name, { configs: smallSegments }), 'NONE'),
      apply: ({ topics }) => {
        topics.set(name, { records: [], retentionMs: undefined, committed: 0n });
      },
    };
  }

  #delete(name: string): Step {
    return {
      name: `delete ${name}`,
      run: async () => {
        const answer = await this.#client.send(api.deleteTopics, 5, { topicNames: [name], timeoutMs: 5000 });
        assert.equal(answer.responses[0]?.errorCode, 0);
      },
      apply: ({ topics }) => {
        topics.delete(name);
      },
    };
  }

  #alter(name: string): Step {
    const value = `${1_000_000_000 + this.#random.below(1_000_000)}`;
    return {
      name: `alter ${name}`,
      run: async () => {
        const configs = [{ name: 'retention.ms', configOperation: 0, value }];
        const resources = [{ resourceType: topicResource, resourceName: name, configs }];
        const answer = await this.#client.send(api.alterConfigs, 1, { resources, validateOnly: false });
        assert.equal(answer.responses[0]?.errorCode, 0);
      },
      apply: (known) => {
        topicOf(known, name).retentionMs = value;
      },
    };
  }

  #deleteRecords(name: string): Step {
    const offset = this.#random.pick(topicOf(this.#known, name).records)?.offset ?? 0n;
    return {
      name: `delete records of ${name} before ${offset}`,
      run: async () => {
        const topics = [{ name, partitions: [{ partitionIndex: 0, offset }] }];
        const answer = await this.#client.send(api.deleteRecords, 2, { topics, timeoutMs: 5000 });
        assert.equal(answer.topics[0]?.partitions[0]?.errorCode, 0);
      },
      apply: (known) => {
        const topic = topicOf(known, name);
        topic.records = topic.records.filter((each) => each.offset >= offset);
      },
    };
  }

  #put(): Step {
    const key = `key-${this.#random.below(5)}`;
    const value = this.#value();
    return {
      name: `put ${key}`,
      run: async () => {
        const batch = { records: [{ key: Buffer.from(key), value: Buffer.from(value) }] };
        assert.equal((await this.#fixture.produce(batch, { topic: table })).error, 'NONE');
      },
      apply: ({ keys }) => {
        keys.set(key, value);
      },
    };
  }

  produce(name: string): Step {
    const value = this.#value();
    let offset = unknownOffset;
    return {
      name: `produce to ${name}`,
      run: async () => {
        const batch = { records: [{ value: Buffer.from(value) }] };
        const answer = await this.#fixture.produce(batch, { topic: name });
        assert.equal(answer.error, 'NONE');
        offset = answer.baseOffset;
      },
      apply: (known) => {
        topicOf(known, name).records.push({ offset, value });
      },
    };
  }

  /** Two records and the group's offset, in one transaction. */
  #transact(name: string, commits: boolean): Step {
    const values = [this.#value(), this.#value()];
    const committed = BigInt(1 + this.#random.below(1000));
    let offset = unknownOffset;
    return {
      name: `${commits ? 'commit' : 'abort'} on ${name}`,
      run: async () => {
        await this.#transactions.addPartition(name, 0);
        offset = await this.#transactions.send(name, 0, values);
        await this.#transactions.commitOffset(group, { topic: name, partition: 0, offset: committed });
        await this.#transactions.end(commits);
      },
      apply: (known) => {
        if (!commits) return;
        const topic = topicOf(known, name);
        values.forEach((value, i) => {
          topic.records.push({ offset: offset === unknownOffset ? offset : offset + BigInt(i), value });
        });
        topic.committed = committed;
      },
    };
  }
}

function topicOf(known: Knowledge, name: string): KnownTopic {
  const topic = known.topics.get(name);
  assert.ok(topic, `topic ${name} is not known`);
  return topic;
}

/** What the broker really holds; ends what transactions were left open. */
export async function observe(fixture: Fixture): Promise<Knowledge> {
  const transactions = new RawTransactions(fixture.client, transactionalId);
  await transactions.begin();
  const topics = new Map<string, KnownTopic>();
  for (const name of names) {
    const { error } = await fixture.fetch(0n, { topic: name });
    if (error === 'UNKNOWN_TOPIC_OR_PARTITION') continue;
    const committed = (await transactions.committedOffsets(group, name, [0])).get(0) ?? 0n;
    const records = await readAll(fixture, name);
    topics.set(name, { records, retentionMs: await retentionOf(fixture.client, name), committed });
  }
  return { topics, keys: await readTable(fixture) };
}

async function readAll(fixture: Fixture, topic: string): Promise<KnownTopic['records']> {
  const start = await fixture.fetch(0n, { topic });
  const records: KnownTopic['records'] = [];
  for (let offset = start.logStartOffset ?? 0n; ; ) {
    const found = await fetchCommitted(fixture, { topic, partition: 0, offset });
    records.push(...found.records);
    if (found.next >= found.highWatermark) return records;
    assert.ok(found.next > offset, `${topic} cannot be read on at ${offset}`);
    offset = found.next;
  }
}

async function retentionOf(client: RawClient, name: string): Promise<string | undefined> {
  const resources = [{ resourceType: topicResource, resourceName: name, configurationKeys: ['retention.ms'] }];
  const answer = await client.send(api.describeConfigs, 4, { resources });
  const [found] = answer.results[0]?.configs ?? [];
  return found?.configSource === setOnTopic ? (found.value ?? undefined) : undefined;
}

async function readTable(fixture: Fixture): Promise<Knowledge['keys']> {
  const keys = new Map<string, string>();
  const start = await fixture.fetch(0n, { topic: table });
  if (start.error === 'UNKNOWN_TOPIC_OR_PARTITION') return keys;
  for (let offset = start.logStartOffset ?? 0n; ; ) {
    const { batches, highWatermark, error } = await fixture.fetch(offset, { topic: table });
    assert.equal(error, 'NONE');
    for (const batch of batches) {
      for (const { key, value } of batchRecords(batch)) keys.set(`${key}`, `${value}`);
      offset = batch.lastOffset + 1n;
    }
    if (batches.length === 0 || offset >= highWatermark) return keys;
  }
}

/** @throws when what was found differs from both: what is known, and what is known once the last step is taken to have happened */
export function compare(found: Knowledge, known: Knowledge, open: Step | undefined): void {
  if (open !== undefined) {
    const after = structuredClone(known);
    open.apply(after);
    if (isDeepStrictEqual(plain(found, after), plain(after, after))) return;
  }
  assert.deepEqual(plain(found, known), plain(known, known), `open was: ${open?.name ?? 'nothing'}`);
}

/** To compare: offsets that nobody was told are left out. */
function plain({ topics, keys }: Knowledge, wanted: Knowledge) {
  return {
    keys: Object.fromEntries([...keys].sort()),
    topics: [...topics]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, topic]) => ({
        ...{ name, ...topic },
        records: topic.records.map(({ offset, value }, i) => {
          const isTold = wanted.topics.get(name)?.records[i]?.offset !== unknownOffset;
          return isTold ? `${offset} ${value}` : value;
        }),
      })),
  };
}
