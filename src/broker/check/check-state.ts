import { systemClock } from '../../base/clock.ts';
import type { FileSystem } from '../../base/file-system.ts';
import { createLogger } from '../../base/logger.ts';
import { Flusher } from '../../log/flusher.ts';
import { ReadBuffers } from '../../log/read-buffers.ts';
import { TailCache } from '../../log/tail-cache.ts';
import { BrokerSettings } from '../configs/broker-settings.ts';
import { loadGroups } from '../groups/load-groups.ts';
import { LogStore } from '../metadata/log-store.ts';
import { type MetadataDocument, metadataFileName } from '../metadata/metadata-file.ts';
import { MetadataStore } from '../metadata/metadata-store.ts';
import { TopicRegistry } from '../metadata/topic-registry.ts';
import { StateTopic } from '../state/state-topic.ts';
import { transactionFrom } from '../transactions/transaction-records.ts';
import type { DirectoryCheck } from './directory-check.ts';

/**
 * Reads what the broker keeps about groups and transactions in its internal topics, whose logs are sound. A record that
 * cannot be understood keeps the broker from starting.
 */
export async function checkState(
  fileSystem: FileSystem,
  metadata: MetadataDocument,
  found: DirectoryCheck,
): Promise<void> {
  const internal = { ...metadata, topics: metadata.topics.filter(({ isInternal }) => isInternal), deleting: [] };
  const logs = openLogs(fileSystem, internal, found.path);
  const topics = new TopicRegistry(new MetadataStore(fileSystem, `${found.path}/${metadataFileName}`, internal), logs);
  await topics.load();
  const { leaderEpoch } = metadata;
  const read = (name: string, replay: (store: StateTopic) => void): void => {
    try {
      replay(new StateTopic(name, { topics, partitions: 1, leaderEpoch }));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      found.findings.push({ kind: 'damage', what: `${found.path}: ${name}: ${why}; the broker does not start` });
    }
  };
  read('__consumer_offsets', (store) => {
    found.groups = countGroups(store);
  });
  read('__transaction_state', (store) => {
    found.transactions = countTransactions(store);
  });
  await logs.close();
}

function openLogs(fileSystem: FileSystem, { brokerConfigs }: MetadataDocument, directory: string): LogStore {
  return new LogStore({
    fileSystem,
    directory,
    settings: new BrokerSettings({}, new Map(Object.entries(brokerConfigs))),
    flusher: new Flusher(),
    tailCache: new TailCache({ maxBytes: 0 }),
    readBuffers: new ReadBuffers(),
    flushPolicy: 'never',
    flushIntervalMs: 1000,
    clock: systemClock,
    logger: createLogger('check', { level: 'silent' }),
    cleanShutdown: false,
  });
}

function countGroups(store: StateTopic): number {
  let count = 0;
  loadGroups(store, { restore: () => count++ });
  return count;
}

function countTransactions(store: StateTopic): number {
  const known = new Set<string>();
  store.replay((batch) => {
    for (const record of batch.kind === 'records' ? batch.records : []) {
      const { transactionalId, transaction } = transactionFrom(record);
      if (transaction === undefined) known.delete(transactionalId);
      else known.add(transactionalId);
    }
  });
  return known.size;
}
