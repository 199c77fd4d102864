import { systemClock } from '../base/clock.ts';
import type { FileSystem } from '../base/file-system.ts';
import { createLogger, type Logger } from '../base/logger.ts';
import { MemoryFileSystem } from '../base/memory-file-system.ts';
import { nodeFileSystem } from '../base/node-file-system.ts';
import { cleanShutdownFileName, markCleanShutdown } from '../log/clean-shutdown.ts';
import { Flusher } from '../log/flusher.ts';
import { WireError } from '../wire/codec/wire-error.ts';
import type { BrokerOptions } from './broker-options.ts';
import { BrokerSettings } from './configs/broker-settings.ts';
import { DeadlineQueue } from './deadline-queue.ts';
import { Dispatcher } from './dispatcher.ts';
import { DelayedFetches } from './fetch/delayed-fetches.ts';
import { GroupCoordinator } from './groups/group-coordinator.ts';
import { loadGroups } from './groups/load-groups.ts';
import { handlers } from './handlers/table.ts';
import { Housekeeping } from './housekeeping.ts';
import { LogStore } from './metadata/log-store.ts';
import { TopicRegistry } from './metadata/topic-registry.ts';
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
const expiryCheckMs = 3_600_000;
/** How long requests under way may take when the broker closes. */
const closeGraceMs = 1000;

/** All parts of a running broker. */
export interface OpenBroker {
  /** The first address that is listened on. */
  address: Address;
  services: BrokerServices;
  server: KafkaServer;
  housekeeping: Housekeeping;
  directory: DataDirectory;
  fileSystem: FileSystem;
}

export async function openBroker(options: BrokerOptions): Promise<OpenBroker> {
  const fileSystem = options.fileSystem ?? (options.dataDir === undefined ? new MemoryFileSystem() : nodeFileSystem);
  const nodeId = options.nodeId ?? defaultNodeId;
  const directory = await openDataDirectory(fileSystem, options.dataDir ?? '/memory', nodeId);
  const listeners = new Listeners(options);
  let services: BrokerServices | undefined;
  try {
    services = await openServices({ directory, fileSystem, nodeId, listeners }, options);
    const server = createServer(services);
    const address = await listeners.open(server);
    return { address, services, server, housekeeping: startHousekeeping(services), directory, fileSystem };
  } catch (error) {
    if (services === undefined) directory.lock.release();
    else await leaveInOrder({ services, directory, fileSystem });
    throw error;
  }
}

/** Answers what is under way, brings everything to the disk and leaves the directory in order. */
export async function closeBroker(open: OpenBroker): Promise<void> {
  open.services.fetches.close();
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
  } finally {
    directory.lock.release();
  }
}

interface Foundation {
  directory: DataDirectory;
  fileSystem: FileSystem;
  nodeId: number;
  listeners: Listeners;
}

async function openServices(
  { directory, fileSystem, nodeId, listeners }: Foundation,
  options: BrokerOptions,
): Promise<BrokerServices> {
  const { store: metadata, path, cleanShutdown } = directory;
  const { clusterId, leaderEpoch, brokerConfigs } = metadata.document;
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? createLogger('broker', { level: 'warn' });
  const settings = new BrokerSettings(options.config ?? {}, new Map(Object.entries(brokerConfigs)));
  const deadlines = new DeadlineQueue(clock);
  const flusher = new Flusher();
  const flush = { flushPolicy: options.flush ?? 'commit', flushIntervalMs: options.flushIntervalMs ?? 1000 };
  const storage = { fileSystem, directory: path, settings, flusher, clock, logger, cleanShutdown, ...flush };
  const logs = new LogStore(storage);
  const topics = new TopicRegistry(metadata, logs);
  await topics.load();
  const offsetsPartitions = settings.number('offsets.topic.num.partitions');
  const offsetsTopic = new StateTopic('__consumer_offsets', { topics, partitions: offsetsPartitions, leaderEpoch });
  const groups = new GroupCoordinator({ clock, settings, deadlines, logger, store: offsetsTopic });
  loadGroups(offsetsTopic, groups);
  const fetches = new DelayedFetches(deadlines);
  topics.onDelete((topic) => {
    fetches.releaseAll();
    void groups.forgetTopic(topic.name);
  });
  const producerIds = new ProducerIds(metadata);
  const transactions = await openTransactions({
    clock,
    settings,
    deadlines,
    logger,
    producerIds,
    topics,
    groups,
    leaderEpoch,
  });
  const who = { nodeId, clusterId, leaderEpoch, dataDir: options.dataDir };
  const state = { metadata, topics, logs, deadlines, fetches, groups, transactions, producerIds };
  return { ...who, ...state, clock, logger, settings, addressFor: (connection) => listeners.addressFor(connection) };
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

function startHousekeeping({
  clock,
  logger,
  settings,
  topics,
  logs,
  groups,
  transactions,
}: BrokerServices): Housekeeping {
  const housekeeping = new Housekeeping(clock, logger);
  housekeeping.add({
    name: 'Writing the checkpoints',
    everyMs: settings.number('log.flush.offset.checkpoint.interval.ms'),
    run: () => logs.checkpoint(),
  });
  housekeeping.add({
    name: 'Retention',
    everyMs: settings.number('log.retention.check.interval.ms'),
    run: () => logs.enforceRetention(),
  });
  housekeeping.add({
    name: 'Compaction',
    everyMs: settings.number('log.cleaner.backoff.ms'),
    run: async () => {
      for (const topic of [...topics.all()]) await logs.compact(topic);
    },
  });
  housekeeping.add({
    name: 'Forgetting expired offsets',
    everyMs: settings.number('offsets.retention.check.interval.ms'),
    run: () => groups.expire(),
  });
  housekeeping.add({
    name: 'Forgetting expired transactional ids',
    everyMs: expiryCheckMs,
    run: () => transactions.expire(),
  });
  return housekeeping;
}
