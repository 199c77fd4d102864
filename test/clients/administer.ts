import { Admin } from '@platformatic/kafka';

/** Creates a topic, with one partition unless told otherwise. */
export function createTopic(
  bootstrap: string,
  topic: string,
  { partitions = 1, configs = {} }: { partitions?: number; configs?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, value }));
  return withAdmin(bootstrap, async (admin) => {
    await admin.createTopics({ topics: [topic], partitions, replicas: 1, configs: entries });
  });
}

/** Stores the offset from which a group is to go on in partition 0. */
export function commitOffset(bootstrap: string, groupId: string, topic: string, offset: bigint): Promise<void> {
  const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset }] }];
  return withAdmin(bootstrap, (admin) => admin.alterConsumerGroupOffsets({ groupId, topics }));
}

async function withAdmin(bootstrap: string, work: (admin: Admin) => Promise<void>): Promise<void> {
  const admin = new Admin({ clientId: 'administer', bootstrapBrokers: [bootstrap] });
  try {
    await work(admin);
  } finally {
    await admin.close();
  }
}
