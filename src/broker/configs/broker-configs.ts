import { type ConfigDefinition, checkConfigValue } from './config-definition.ts';
import { topicConfigs } from './topic-configs.ts';

/** Configs of the broker itself, by Kafka's names. `Broker.start({ config })` takes any of them. */
const ownConfigs: readonly ConfigDefinition[] = [
  {
    name: 'auto.create.topics.enable',
    type: 'boolean',
    defaultValue: 'true',
    documentation: 'Whether asking for the metadata of a topic that does not exist creates it.',
  },
  {
    name: 'num.partitions',
    type: 'int',
    defaultValue: '1',
    min: 1,
    documentation: 'Partitions of a topic that is created without saying how many.',
  },
  {
    name: 'default.replication.factor',
    type: 'int',
    defaultValue: '1',
    min: 1,
    max: 1,
    documentation: 'Replicas of a topic that is created without saying how many.',
    withoutEffect: 'One node holds one replica: 1 is the only value.',
  },
  {
    name: 'delete.topic.enable',
    type: 'boolean',
    defaultValue: 'true',
    documentation: 'Whether topics can be deleted.',
  },
  {
    name: 'offsets.topic.num.partitions',
    type: 'int',
    defaultValue: '4',
    min: 1,
    documentation: 'Partitions of the topic that keeps committed offsets. It cannot be changed once the topic exists.',
  },
  {
    name: 'offsets.retention.minutes',
    type: 'int',
    defaultValue: '10080',
    min: 1,
    documentation: 'How long the offsets of a group without members are kept.',
  },
  {
    name: 'offsets.retention.check.interval.ms',
    type: 'long',
    defaultValue: '600000',
    min: 1,
    documentation: 'Time between two searches for offsets that have expired.',
  },
  {
    name: 'offset.metadata.max.bytes',
    type: 'int',
    defaultValue: '4096',
    min: 0,
    documentation: 'Largest text that may be committed with an offset.',
  },
  {
    name: 'group.min.session.timeout.ms',
    type: 'int',
    defaultValue: '6000',
    min: 1,
    documentation: 'Shortest session time-out a group member may ask for.',
  },
  {
    name: 'group.max.session.timeout.ms',
    type: 'int',
    defaultValue: '1800000',
    min: 1,
    documentation: 'Longest session time-out a group member may ask for.',
  },
  {
    name: 'group.initial.rebalance.delay.ms',
    type: 'int',
    defaultValue: '50',
    min: 0,
    documentation: 'How long the first rebalance of an empty group waits for further members. Apache Kafka waits 3000.',
  },
  {
    name: 'group.max.size',
    type: 'int',
    defaultValue: '2147483647',
    min: 1,
    documentation: 'Most members of one group.',
  },
  {
    name: 'transaction.max.timeout.ms',
    type: 'int',
    defaultValue: '900000',
    min: 1,
    documentation: 'Longest time-out a transaction may ask for.',
  },
  {
    name: 'transactional.id.expiration.ms',
    type: 'int',
    defaultValue: '604800000',
    min: 1,
    documentation: 'How long a transactional id that is not used is remembered.',
  },
  {
    name: 'transaction.state.log.num.partitions',
    type: 'int',
    defaultValue: '4',
    min: 1,
    documentation: 'Partitions of the topic that keeps the state of transactions.',
  },
  {
    name: 'producer.id.expiration.ms',
    type: 'int',
    defaultValue: '86400000',
    min: 1,
    documentation: 'How long the sequence numbers of a producer that writes nothing are remembered.',
  },
  {
    name: 'log.retention.check.interval.ms',
    type: 'long',
    defaultValue: '300000',
    min: 1,
    documentation: 'Time between two searches for segments that retention deletes.',
  },
  {
    name: 'log.cleaner.backoff.ms',
    type: 'long',
    defaultValue: '15000',
    min: 1,
    documentation: 'Time between two searches for logs that are worth compacting.',
  },
  {
    name: 'log.flush.offset.checkpoint.interval.ms',
    type: 'int',
    defaultValue: '5000',
    min: 1,
    documentation:
      'Time between two writings of the recovery points, which bound what a start after a crash has to read.',
  },
  {
    name: 'socket.request.max.bytes',
    type: 'int',
    defaultValue: '104857600',
    min: 1,
    documentation: 'Largest request.',
  },
  {
    name: 'queued.max.request.bytes',
    type: 'long',
    defaultValue: '268435456',
    min: 1,
    documentation:
      'Requests in memory, over all connections, from which on nothing more is read. Apache Kafka sets no limit.',
  },
  {
    name: 'max.connections',
    type: 'int',
    defaultValue: '10000',
    min: 1,
    documentation: 'Most connections at a time.',
  },
  {
    name: 'connections.max.idle.ms',
    type: 'long',
    defaultValue: '600000',
    min: 1,
    documentation: 'A connection without traffic for this long is closed.',
  },
  {
    name: 'fetch.max.bytes',
    type: 'int',
    defaultValue: '57671680',
    min: 1024,
    documentation: 'Most bytes in one answer to a Fetch request.',
  },
  ...[
    'leader.replication.throttled.rate',
    'follower.replication.throttled.rate',
    'replica.alter.log.dirs.io.max.bytes.per.second',
  ].map(
    (name): ConfigDefinition => ({
      name,
      type: 'long',
      defaultValue: '9223372036854775807',
      min: 0,
      isDynamic: true,
      documentation: 'Limits the moving of replicas.',
      withoutEffect: 'One node moves none; kafka-reassign-partitions takes the limit away.',
    }),
  ),
  {
    name: 'max.incremental.fetch.session.cache.slots',
    type: 'int',
    defaultValue: '1000',
    min: 0,
    documentation: 'Most fetch sessions that are kept, so that their clients need not name all partitions each time.',
  },
];

/** Broker configs that are the defaults of topic configs. */
const inherited: readonly ConfigDefinition[] = topicConfigs.flatMap((definition) => {
  if (definition.synonym === undefined) return [];
  const { synonym, ...rest } = definition;
  return [{ ...rest, name: synonym, isDynamic: true }];
});

export const brokerConfigs: readonly ConfigDefinition[] = [...ownConfigs, ...inherited].sort((a, b) =>
  a.name < b.name ? -1 : 1,
);

const byName = new Map(brokerConfigs.map((definition) => [definition.name, definition]));

export function brokerConfig(name: string): ConfigDefinition | undefined {
  return byName.get(name);
}

/** @returns what is wrong with a broker config, or undefined */
export function checkBrokerConfig(name: string, value: string): string | undefined {
  const definition = byName.get(name);
  return definition === undefined ? `Unknown broker config name: ${name}` : checkConfigValue(definition, value);
}
