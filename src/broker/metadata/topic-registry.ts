import { randomBytes } from 'node:crypto';
import type { ErrorName } from '../../wire/error-codes.ts';
import type { LogStore } from './log-store.ts';
import type { StoredTopic } from './metadata-file.ts';
import type { MetadataStore } from './metadata-store.ts';
import { checkTopicName, collisionKey, type Partition, type Topic } from './topic.ts';

const openedAtOnce = 16;

export type TopicOutcome = { ok: true; topic: Topic } | { ok: false; error: ErrorName; message: string };

export interface NewTopic {
  name: string;
  partitions: number;
  configs: ReadonlyMap<string, string>;
  isInternal?: boolean;
}

/** All topics and their partitions. A change is visible, and answered, once it is durable. */
export class TopicRegistry {
  readonly #store: MetadataStore;
  readonly #logs: LogStore;
  readonly #byName = new Map<string, Topic>();
  readonly #byId = new Map<string, Topic>();
  /** Names that are being created or deleted, and when that is over. */
  readonly #changing = new Map<string, Promise<unknown>>();
  readonly #listeners = new Set<(topic: Topic) => void>();

  constructor(store: MetadataStore, logs: LogStore) {
    this.#store = store;
    this.#logs = logs;
  }

  get(name: string): Topic | undefined {
    return this.#byName.get(name);
  }

  byId(id: string): Topic | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<Topic> {
    return this.#byName.values();
  }

  *partitions(): Generator<Partition> {
    for (const topic of this.#byName.values()) yield* topic.partitions;
  }

  /** Tells of every topic that is deleted, after it has become invisible. */
  onDelete(listener: (topic: Topic) => void): void {
    this.#listeners.add(listener);
  }

  /** Opens the logs of all stored topics and finishes the deletions that a stop interrupted. */
  async load(): Promise<void> {
    const { topics, deleting } = this.#store.document;
    for (const stored of deleting) await this.#logs.removeFolders(stored);
    this.#store.document.deleting = [];
    if (deleting.length > 0) await this.#store.save();
    for (const stored of topics) this.#show(await this.#open(stored));
    this.#logs.reportStrays();
  }

  /** What is wrong with creating a topic of this name, or undefined. */
  checkNew(name: string): { error: ErrorName; message: string } | undefined {
    const wrong = checkTopicName(name);
    if (wrong !== undefined) return { error: 'INVALID_TOPIC_EXCEPTION', message: wrong };
    const exists = this.#store.document.topics.find((topic) => collisionKey(topic.name) === collisionKey(name));
    if (exists?.name === name) return { error: 'TOPIC_ALREADY_EXISTS', message: `Topic '${name}' already exists.` };
    if (exists === undefined) return undefined;
    const message = `Topic '${name}' collides with existing topic: ${exists.name}`;
    return { error: 'INVALID_TOPIC_EXCEPTION', message };
  }

  async create({ name, partitions, configs, isInternal = false }: NewTopic): Promise<TopicOutcome> {
    // The folders of a topic of this name that is being deleted have to be out of the way first.
    while (this.#changing.has(name)) await this.#changing.get(name);
    const wrong = this.checkNew(name);
    if (wrong !== undefined) return { ok: false, ...wrong };
    const stored = { name, id: newTopicId(), partitions, isInternal, configs: Object.fromEntries(configs) };
    return this.#exclusively(name, async () => {
      this.#store.document.topics.push(stored);
      try {
        await this.#store.save();
        const topic = await this.#open(stored);
        this.#show(topic);
        return { ok: true, topic };
      } catch (error) {
        remove(this.#store.document.topics, stored);
        return storageError(error);
      }
    });
  }

  /** @param count partitions the topic has afterwards; more than now */
  async addPartitions(topic: Topic, count: number): Promise<TopicOutcome> {
    while (this.#changing.has(topic.name)) await this.#changing.get(topic.name);
    const stored = this.#stored(topic);
    if (stored === undefined) return unknownTopic(topic.name);
    return this.#exclusively(topic.name, async () => {
      const before = topic.partitions.length;
      stored.partitions = Math.max(count, before);
      try {
        await this.#store.save();
        await this.#openPartitions(topic, count);
        return { ok: true, topic };
      } catch (error) {
        stored.partitions = topic.partitions.length;
        return storageError(error);
      }
    });
  }

  async setConfigs(topic: Topic, configs: ReadonlyMap<string, string>): Promise<TopicOutcome> {
    const stored = this.#stored(topic);
    if (stored === undefined) return unknownTopic(topic.name);
    const before = stored.configs;
    stored.configs = Object.fromEntries(configs);
    try {
      await this.#store.save();
    } catch (error) {
      stored.configs = before;
      return storageError(error);
    }
    topic.configs.clear();
    for (const [name, value] of configs) topic.configs.set(name, value);
    for (const partition of topic.partitions) partition.log.updateConfig(this.#logs.configFor(topic));
    return { ok: true, topic };
  }

  /** Applies changed defaults of the broker to all logs. */
  refreshConfigs(): void {
    for (const { topic, log } of this.partitions()) log.updateConfig(this.#logs.configFor(topic));
  }

  /** Returns once no crash can bring the topic back. Its files are removed afterwards. */
  async delete(topic: Topic): Promise<TopicOutcome> {
    while (this.#changing.has(topic.name)) await this.#changing.get(topic.name);
    const stored = this.#stored(topic);
    if (stored === undefined) return unknownTopic(topic.name);
    return this.#exclusively(topic.name, async () => {
      const { document } = this.#store;
      remove(document.topics, stored);
      document.deleting.push(stored);
      try {
        await this.#store.save();
      } catch (error) {
        remove(document.deleting, stored);
        document.topics.push(stored);
        return storageError(error);
      }
      this.#hide(topic);
      await Promise.all(topic.partitions.map(({ index }) => this.#logs.delete(topic, index)));
      // All at once, rather than partition by partition when a topic of this name is made again.
      await this.#logs.checkpointNowAndThen();
      remove(document.deleting, stored);
      return { ok: true, topic };
    });
  }

  async #exclusively(name: string, change: () => Promise<TopicOutcome>): Promise<TopicOutcome> {
    const changing = change();
    this.#changing.set(name, changing);
    try {
      return await changing;
    } finally {
      this.#changing.delete(name);
    }
  }

  #stored(topic: Topic): StoredTopic | undefined {
    return this.#store.document.topics.find((stored) => stored.id === topic.id);
  }

  async #open(stored: StoredTopic): Promise<Topic> {
    const { name, id, isInternal } = stored;
    const topic: Topic = { name, id, isInternal, partitions: [], configs: new Map(Object.entries(stored.configs)) };
    await this.#openPartitions(topic, stored.partitions);
    return topic;
  }

  /** Adds partitions to a topic until it has `count`, some at a time: opening one mostly waits for the disk. */
  async #openPartitions(topic: Topic, count: number): Promise<void> {
    for (let first = topic.partitions.length; first < count; first = topic.partitions.length) {
      const indexes = Array.from({ length: Math.min(openedAtOnce, count - first) }, (_, i) => first + i);
      const logs = await Promise.all(indexes.map((index) => this.#logs.open(topic, index)));
      logs.forEach((log, i) => {
        topic.partitions.push({ topic, index: first + i, log });
      });
    }
  }

  #show(topic: Topic): void {
    this.#byName.set(topic.name, topic);
    this.#byId.set(topic.id, topic);
  }

  #hide(topic: Topic): void {
    this.#byName.delete(topic.name);
    this.#byId.delete(topic.id);
    for (const listener of this.#listeners) listener(topic);
  }
}

function newTopicId(): string {
  // Like Apache Kafka's: none that a command line would take for an option.
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item);
  if (index >= 0) list.splice(index, 1);
}

function storageError(error: unknown): TopicOutcome {
  const message = error instanceof Error ? error.message : String(error);
  return { ok: false, error: 'KAFKA_STORAGE_ERROR', message };
}

function unknownTopic(name: string): TopicOutcome {
  return { ok: false, error: 'UNKNOWN_TOPIC_OR_PARTITION', message: `Topic '${name}' does not exist.` };
}
