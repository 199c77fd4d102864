import {
  type API,
  type addOffsetsToTxnV4,
  addPartitionsToTxnV3,
  Base,
  type Broker,
  type ClusterMetadata,
  type Connection,
  type endTxnV4,
  type fetchV17,
  type findCoordinatorV6,
  type heartbeatV4,
  type initProducerIdV5,
  type joinGroupV9,
  kGetApi,
  kGetBootstrapConnection,
  kGetConnection,
  type leaveGroupV5,
  type listOffsetsV9,
  type offsetCommitV9,
  type offsetFetchV9,
  type produceV11,
  type syncGroupV5,
  type txnOffsetCommitV4,
} from '@platformatic/kafka';
import { hasKafkaError } from '../kafka-errors.ts';

/** The requests that Vigil sends by itself; the newest version that client and broker share is used. */
interface Requests {
  AddOffsetsToTxn: typeof addOffsetsToTxnV4;
  EndTxn: typeof endTxnV4;
  Fetch: typeof fetchV17;
  FindCoordinator: typeof findCoordinatorV6;
  Heartbeat: typeof heartbeatV4;
  InitProducerId: typeof initProducerIdV5;
  JoinGroup: typeof joinGroupV9;
  LeaveGroup: typeof leaveGroupV5;
  ListOffsets: typeof listOffsetsV9;
  OffsetCommit: typeof offsetCommitV9;
  OffsetFetch: typeof offsetFetchV9;
  Produce: typeof produceV11;
  SyncGroup: typeof syncGroupV5;
  TxnOffsetCommit: typeof txnOffsetCommitV4;
}

export type RequestName = keyof Requests;
export type Arguments<K extends RequestName> = Parameters<Requests[K]['createRequest']>;
export type Answer<K extends RequestName> = Awaited<ReturnType<Requests[K]['parseResponse']>>;

export interface LinkOptions {
  brokers: readonly string[];
  clientId: string;
}

/** What a coordinator looks after, and of which name. */
export type CoordinatorKey = { kind: 'group' | 'transaction'; id: string };

const requestTimeoutMs = 30_000;
const coordinatorKinds = { group: 0, transaction: 1 } as const;
const movedCoordinator = ['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE', 'COORDINATOR_LOAD_IN_PROGRESS'] as const;

/**
 * One connection to each broker of a cluster, on which requests are sent as they are given: nothing is tried again or
 * merged with another call behind the caller's back, as the client's own producers and consumers do. A broker may answer
 * the requests of a connection one after the other, so whoever waits long (a fetch, a join) has a link of its own.
 */
export class KafkaLink {
  readonly #client: Base;
  readonly #coordinators = new Map<string, number>();

  constructor({ brokers, clientId }: LinkOptions) {
    this.#client = new Base({
      clientId,
      bootstrapBrokers: [...brokers],
      retries: 0,
      timeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      maxInflights: 64,
    });
    // A connection that breaks is met by the requests on it.
    this.#client.on('error', () => {});
  }

  /** @param node id of the broker asked; left out: any */
  async request<K extends RequestName>(name: K, node: number | undefined, args: Arguments<K>): Promise<Answer<K>> {
    const [connection, api] = await beforeSending(async () => [await this.#connection(node), await this.#api(name)]);
    return api.async(connection, ...args);
  }

  /** The version of a request that this cluster and the client share. */
  async versionOf(name: RequestName): Promise<number> {
    return (await this.#api(name)).version;
  }

  /**
   * Asks the coordinator of a group or transactional id; one that has moved is looked for again at the next call.
   *
   * @throws the protocol error, or the network's
   */
  async requestOfCoordinator<K extends RequestName>(
    key: CoordinatorKey,
    name: K,
    args: Arguments<K>,
  ): Promise<Answer<K>> {
    return this.#withCoordinator(key, (node) => this.request(name, node, args));
  }

  /** Version 3: newer ones are for brokers among themselves, and need their rights. */
  async addPartitionsToTransaction(
    id: string,
    args: Parameters<typeof addPartitionsToTxnV3.createRequest>,
  ): Promise<void> {
    await this.#withCoordinator({ kind: 'transaction', id }, async (node) => {
      const connection = await beforeSending(() => this.#connection(node));
      await addPartitionsToTxnV3.api.async(connection, ...args);
    });
  }

  /** From memory while it is fresh; `isStale` asks the cluster. */
  metadata(topics: readonly string[], { isStale = false } = {}): Promise<ClusterMetadata> {
    return this.#client.metadata({ topics: [...topics], forceUpdate: isStale });
  }

  /** @throws when the topic does not exist */
  async partitionsOf(topic: string, options?: { isStale?: boolean }): Promise<number> {
    return (await this.metadata([topic], options)).topics.get(topic)?.partitionsCount ?? 0;
  }

  async close(): Promise<void> {
    await this.#client.close().catch(() => {});
  }

  async #withCoordinator<T>(key: CoordinatorKey, ask: (node: number) => Promise<T>): Promise<T> {
    const name = `${key.kind} ${key.id}`;
    const node = this.#coordinators.get(name) ?? (await this.#findCoordinator(key));
    this.#coordinators.set(name, node);
    try {
      return await ask(node);
    } catch (error) {
      const hasMoved = !isAnswer(error) || movedCoordinator.some((each) => hasKafkaError(error, each));
      if (hasMoved) this.#coordinators.delete(name);
      throw error;
    }
  }

  async #findCoordinator({ kind, id }: CoordinatorKey): Promise<number> {
    const { coordinators } = await this.request('FindCoordinator', undefined, [coordinatorKinds[kind], [id]]);
    const [found] = coordinators;
    if (!found) throw new Error(`no coordinator of the ${kind} ${id}`);
    // A broker may come back at another address.
    const known = this.#client.currentMetadata?.brokers.get(found.nodeId);
    const isCurrent = known?.host === found.host && known.port === found.port;
    if (!isCurrent) await this.metadata([], { isStale: true });
    return found.nodeId;
  }

  async #connection(node: number | undefined): Promise<Connection> {
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    const settle = (error: Error | null, connection?: Connection) => (connection ? resolve(connection) : reject(error));
    if (node === undefined) this.#client[kGetBootstrapConnection](settle);
    else this.#client[kGetConnection](await this.#broker(node), settle);
    return promise;
  }

  async #broker(node: number): Promise<Broker> {
    const known = this.#client.currentMetadata?.brokers.get(node);
    const broker = known ?? (await this.metadata([], { isStale: true })).brokers.get(node);
    if (!broker) throw new Error(`broker ${node} is not in the cluster`);
    return broker;
  }

  #api<K extends RequestName>(name: K): Promise<API<Arguments<K>, Answer<K>>> {
    const { promise, resolve, reject } = Promise.withResolvers<API<Arguments<K>, Answer<K>>>();
    this.#client[kGetApi]<Arguments<K>, Answer<K>>(name, (error, api) => (api ? resolve(api) : reject(error)));
    return promise;
  }
}

/** No connection came about: no broker has seen the request. */
class NotSent extends Error {}

/** What has to be known before a request can leave. @throws what `isUndone` knows */
export async function beforeSending<T>(prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (cause) {
    // What is told of it is the reason.
    throw new NotSent(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** True when what was asked for was surely not done, and will not be: it was refused, or never sent. */
export function isUndone(error: unknown): boolean {
  return isAnswer(error) || error instanceof NotSent;
}

/** True when a broker answered, with a refusal: what was asked for was not done. Otherwise nobody knows. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && 'response' in error && error.response !== undefined;
}
