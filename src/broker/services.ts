import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { ReadBuffers } from '../log/read-buffers.ts';
import type { BrokerSettings } from './configs/broker-settings.ts';
import type { DeadlineQueue } from './deadline-queue.ts';
import type { DelayedFetches } from './fetch/delayed-fetches.ts';
import type { FetchSessions } from './fetch/fetch-sessions.ts';
import type { GroupCoordinator } from './groups/group-coordinator.ts';
import type { LogStore } from './metadata/log-store.ts';
import type { MetadataStore } from './metadata/metadata-store.ts';
import type { TopicRegistry } from './metadata/topic-registry.ts';
import type { Traffic } from './metrics/traffic.ts';
import type { Connection } from './network/connection.ts';
import type { Address } from './network/server.ts';
import type { ProducerIds } from './producer-ids.ts';
import type { TransactionCoordinator } from './transactions/transaction-coordinator.ts';

/** Everything that handlers work with. */
export interface BrokerServices {
  readonly nodeId: number;
  readonly clusterId: string;
  /** Undefined when everything is in memory. */
  readonly dataDir: string | undefined;
  /** Leader epoch of every partition since this start. */
  readonly leaderEpoch: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: BrokerSettings;
  readonly metadata: MetadataStore;
  readonly topics: TopicRegistry;
  readonly logs: LogStore;
  /** What answers to Fetch are read into. */
  readonly readBuffers: ReadBuffers;
  readonly deadlines: DeadlineQueue;
  readonly fetches: DelayedFetches;
  readonly fetchSessions: FetchSessions;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly producerIds: ProducerIds;
  readonly traffic: Traffic;
  /** Where clients that came in through this connection's listener are to find the broker. */
  addressFor(connection: Connection): Address;
}
