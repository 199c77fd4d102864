import { type Clock, systemClock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { FileSystem } from '../base/file-system.ts';
import { createLogger, type Logger } from '../base/logger.ts';
import { MemoryFileSystem } from '../base/memory-file-system.ts';
import { nodeFileSystem } from '../base/node-file-system.ts';
import { cleanShutdownFileName, markCleanShutdown } from '../log/clean-shutdown.ts';
import { Flusher } from '../log/flusher.ts';
import { ReadBuffers } from '../log/read-buffers.ts';
import { TailCache } from '../log/tail-cache.ts';
import { WireError } from '../wire/codec/wire-error.ts';
import type { BrokerOptions } from './broker-options.ts';
import { choresOf } from './chores.ts';
import { BrokerSettings } from './configs/broker-settings.ts';
import { DeadlineQueue } from './deadline-queue.ts';
import { Dispatcher } from './dispatcher.ts';
import { DelayedFetches } from './fetch/delayed-fetches.ts';
import { FetchSessions } from './fetch/fetch-sessions.ts';
import { GroupCoordinator } from './groups/group-coordinator.ts';
import { loadGroups } from './groups/load-groups.ts';
import { handlers } from './handlers/table.ts';
import { Housekeeping } from './housekeeping.ts';
import { LogStore } from './metadata/log-store.ts';
import { TopicRegistry } from './metadata/topic-registry.ts';
import { type MetricsServer, startMetricsServer } from './metrics/metrics-server.ts';
import { metricsText } from './metrics/metrics-text.ts';
import { Traffic } from './metrics/traffic.ts';
import type { Connection } from './network/connection.ts';
import { FrameError } from './network/frame-assembler.ts';
import { Listeners } from './network/listeners.ts';
import { type Address, KafkaServer } from './network/server.ts';
import { type DataDirectory, openDataDirectory } from './open-data-directory.ts';
import { ProducerIds } from './producer-ids.ts';
import type { BrokerServices } from './services.ts';
import { StateTopic } from './state/state-topic.ts';
import { TransactionCoordinator } from './transactions/transaction-coordinator.ts';
import { TransactionMarkers } from './transactions/transaction-markers.ts';
import { UnanswerableRequest } from './unanswerable-request.ts';

const defaultNodeId = 1;
/** How long requests under way may take when the broker closes. */
const closeGraceMs = 1000;
/** What readers at the end of their logs find in memory. */
const tailCacheBytes = 16 * 2 ** 20;

/** All parts of a running broker. */
export interface OpenBroker {
  /** The first address that is listened on. */
  address: Address;
  services: BrokerServices;
  server: KafkaServer;
  housekeeping: Housekeeping;
  directory: DataDirectory;
  fileSystem: FileSystem;
  metrics: MetricsServer | undefined;
}

export async function openBroker(options: BrokerOptions): Promise<OpenBroker> {
  const fileSystem = options.fileSystem ?? (options.dataDir === undefined ? new MemoryFileSystem() : nodeFileSystem);
  const nodeId = options.nodeId ?? defaultNodeId;
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger('broker', { level: 'warn' });
  const directory = await openDataDirectory(fileSystem, options.dataDir ?? '/memory', { nodeId, clock, logger });
  const listeners = new Listeners(options);
  let services: BrokerServices | undefined;
  try {
    services = await openServices({ directory, fileSystem, nodeId, listeners, clock, logger }, options);
    const server = createServer(services);
    const address = await listeners.open(server);
    const metrics = await openMetrics(options, services, server);
    return { address, services, server, housekeeping: startHousekeeping(services), directory, fileSystem, metrics };
  } catch (error) {
    if (services === undefined) directory.lock.release();
    else await leaveInOrder({ services, directory, fileSystem });
    throw error;
  }
}

/** Answers what is under way, brings everything to the disk and leaves the directory in order. */
export async function closeBroker(open: OpenBroker): Promise<void> {
  open.directory.lock.announceRelease();
  open.services.fetches.close();
  await open.metrics?.close();
  await open.server.close(closeGraceMs);
  await open.housekeeping.close();
  await leaveInOrder(open);
}

async function leaveInOrder({
  services,
  directory,
  fileSystem,
}: Pick<OpenBroker, 'services' | 'directory' | 'fileSystem'>): Promise<void> {
  services.deadlines.close();
  try {
    const isInOrder = await services.logs.close();
    if (isInOrder) await markCleanShutdown(fileSystem, `${directory.path}/${cleanShutdownFileName}`);
  } catch (error) {
    // Nothing is lost: without the mark the next start looks at the ends of the logs.
    services.logger.error(`${directory.path} is not marked as left in order: ${describeError(error)}`);
  } finally {
    directory.lock.release();
  }
}

interface Foundation {
  directory: DataDirectory;
  fileSystem: FileSystem;
  nodeId: number;
  listeners: Listeners;
  clock: Clock;
  logger: Logger;
}

async function openServices(foundation: Foundation, options: BrokerOptions): Promise<BrokerServices> {
  const { directory, nodeId, listeners } = foundation;
  const { store: metadata } = directory;
  const { clusterId, leaderEpoch } = metadata.document;
  const storage = await openStorage(foundation, options);
  const fetches = new DelayedFetches(storage.deadlines);
  const groups = await openGroups({ ...storage, leaderEpoch });
  storage.topics.onDelete((topic) => {
    fetches.releaseAll();
    void groups.forgetTopic(topic.name);
  });
  const fetchSessions = new FetchSessions(storage.settings, storage.clock);
  const producerIds = new ProducerIds(metadata);
  const transactions = await openTransactions({ ...storage, producerIds, groups, leaderEpoch });
  const who = { nodeId, clusterId, leaderEpoch, dataDir: options.dataDir };
  const addressFor: BrokerServices['addressFor'] = (connection) => listeners.addressFor(connection);
  return { ...who, ...storage, metadata, fetches, fetchSessions, groups, producerIds, transactions, addressFor };
}

type Storage = Pick<
  BrokerServices,
  'clock' | 'logger' | 'settings' | 'deadlines' | 'logs' | 'topics' | 'readBuffers' | 'traffic'
>;

async function openStorage(foundation: Foundation, options: BrokerOptions): Promise<Storage> {
  const { directory, fileSystem, clock, logger } = foundation;
  const { store, path, cleanShutdown } = directory;
  const traffic = new Traffic();
  const settings = new BrokerSettings(options.config ?? {}, new Map(Object.entries(store.document.brokerConfigs)));
  const flush = { flushPolicy: options.flush ?? 'commit', flushIntervalMs: options.flushIntervalMs ?? 1000 };
  const basis = { fileSystem, directory: path, settings, clock, logger, cleanShutdown };
  const readBuffers = new ReadBuffers();
  const logs = new LogStore({
    ...basis,
    ...flush,
    readBuffers,
    flusher: new Flusher({ onFlush: (seconds) => traffic.flushes.observe(seconds) }),
    tailCache: new TailCache({ maxBytes: tailCacheBytes }),
  });
  const topics = new TopicRegistry(store, logs);
  await topics.load();
  return { clock, logger, settings, deadlines: new DeadlineQueue(clock), logs, topics, readBuffers, traffic };
}

async function openGroups(storage: Storage & { leaderEpoch: number }): Promise<GroupCoordinator> {
  const { topics, settings, leaderEpoch } = storage;
  const partitions = settings.number('offsets.topic.num.partitions');
  const store = new StateTopic('__consumer_offsets', { topics, partitions, leaderEpoch });
  const groups = new GroupCoordinator({ ...storage, store });
  loadGroups(store, groups);
  await groups.forgetTopicsWithout((name) => topics.get(name) !== undefined);
  return groups;
}

async function openTransactions(
  options: Pick<
    BrokerServices,
    'clock' | 'settings' | 'deadlines' | 'logger' | 'producerIds' | 'topics' | 'groups' | 'leaderEpoch'
  >,
): Promise<TransactionCoordinator> {
  const { topics, leaderEpoch, settings } = options;
  const partitions = settings.number('transaction.state.log.num.partitions');
  const store = new StateTopic('__transaction_state', { topics, partitions, leaderEpoch });
  const transactions = new TransactionCoordinator({ ...options, store, markers: new TransactionMarkers(options) });
  await transactions.load();
  return transactions;
}

function createServer(services: BrokerServices): KafkaServer {
  const { settings, logger } = services;
  const dispatcher = new Dispatcher(handlers, services);
  return new KafkaServer({
    limits: {
      maxRequestBytes: settings.number('socket.request.max.bytes'),
      maxConnections: settings.number('max.connections'),
      maxInFlightBytes: settings.number('queued.max.request.bytes'),
      idleMs: settings.number('connections.max.idle.ms'),
    },
    sent: services.readBuffers,
    parse: (frame, connection) => dispatcher.parse(frame, connection),
    onViolation: (connection, error) => reportClosed(logger, connection, error),
  });
}

/** Bytes that are no request are the client's matter; anything else that ends a connection is a mistake of the broker. */
function reportClosed(logger: Logger, { remoteHost }: Connection, error: unknown): void {
  const isClients = error instanceof WireError || error instanceof FrameError || error instanceof UnanswerableRequest;
  if (isClients) logger.debug({ err: error }, `Closed the connection of ${remoteHost}`);
  else logger.error({ err: error }, `A request of ${remoteHost} could not be answered; its connection is closed`);
}

async function openMetrics(
  { metrics }: BrokerOptions,
  services: BrokerServices,
  server: KafkaServer,
): Promise<MetricsServer | undefined> {
  if (metrics === undefined) return undefined;
  try {
    return await startMetricsServer(metrics, () => metricsText(services, server));
  } catch (error) {
    await server.close(0);
    throw error;
  }
}

function startHousekeeping(services: BrokerServices): Housekeeping {
  const housekeeping = new Housekeeping(services.clock, services.logger);
  for (const chore of choresOf(services)) housekeeping.add(chore);
  return housekeeping;
}
