/** What each client is tried with, and the sentence that holds when it succeeds. */
export const scenarios = {
  compressions: 'records of every compression come back as they were sent',
  group: 'a group gains and loses a member without losing or doubling a record',
  static:
    'a static member that comes back takes up its partitions without a rebalance, and its twin takes them from it',
  transactions: 'committed records are seen and aborted ones are not',
  admin: 'topics, records, configs and groups are created, described, changed and deleted',
  errors: 'errors arrive as the errors that they are',
} as const;
export type Scenario = keyof typeof scenarios;

interface TriedClient {
  version: string;
  language: string;
  /** What it is not tried with, and why. */
  without?: Partial<Record<Scenario, string>>;
}

export const clients = {
  "Apache's Java client": { version: '4.3.1', language: 'Java' },
  'confluent-kafka': { version: '2.16.1 (librdkafka)', language: 'Python, C' },
  'kafka-python': { version: '3.0.12', language: 'Python' },
  'franz-go': { version: '1.22.2', language: 'Go' },
  sarama: { version: '1.61.1', language: 'Go' },
  '@platformatic/kafka': { version: '2.12.1', language: 'TypeScript' },
  kafkajs: { version: '2.2.4', language: 'JavaScript', without: { static: 'it has none' } },
  kcat: {
    version: 'of the system (librdkafka)',
    language: 'C',
    without: { admin: 'it only lists' },
  },
} as const satisfies Record<string, TriedClient>;
export type ClientName = keyof typeof clients;

export function scenariosOf(name: ClientName): Scenario[] {
  const { without = {} }: TriedClient = clients[name];
  return (Object.keys(scenarios) as Scenario[]).filter((scenario) => without[scenario] === undefined);
}
