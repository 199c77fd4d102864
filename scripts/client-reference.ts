import { type ClientName, clients, type Scenario, scenarios } from '../test/clients/client-table.ts';

/** docs/clients.md: which clients the tests run against the broker, and with what. */
export function clientReference(): string {
  const columns = Object.keys(scenarios) as Scenario[];
  const rows = (Object.keys(clients) as ClientName[]).map((name) => {
    const {
      version,
      language,
      without = {},
    }: { version: string; language: string; without?: Partial<Record<Scenario, string>> } = clients[name];
    return `| ${[name, version, language, ...columns.map((each) => without[each] ?? '✓')].join(' | ')} |`;
  });
  return `# Clients

The tests (\`test/clients/\`) run each of these against the broker as it is by default, on the disk and flushed before it
acknowledges, with a small program in the client's own language; kcat runs against a broker in memory.

| client | version | language | ${columns.join(' | ')} |
|---|---|---|${columns.map(() => '---|').join('')}
${rows.join('\n')}

${columns.map((each) => `- **${each}**: ${scenarios[each]}.`).join('\n')}

Besides them:

- **Kafka Streams** 4.3.1 counts words with \`exactly_once_v2\`, is killed in the middle and the broker restarted: every count of every
  word comes once and in order.
- **Apache's tools** 4.3.1: kafka-topics, -configs, -console-producer and -consumer, -verifiable-producer and -consumer, -consumer-groups,
  -groups, -transactions, -get-offsets, -delete-records, -log-dirs, -leader-election, -reassign-partitions, -metadata-quorum, -cluster,
  -broker-api-versions, the perf tests, the transactional message copier, and end-to-end latency.
- **DumpLogSegments** reads every file that the broker writes, and **Apache Kafka** serves a partition's folder that the broker wrote,
  as the broker serves one of Apache Kafka's.
`;
}
