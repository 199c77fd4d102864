// Runs real Apache Kafka on loopback, without Docker, to hold Vigil against it:
//   node scripts/kafka.ts start [--brokers N]   fetches it once (Maven Central), prints the addresses, runs until Ctrl-C
//   node scripts/kafka.ts archive               keeps its classes as a JVM has them in memory: the tests' JVMs start in half the time
// While it runs, lines on standard input restart and kill brokers: `kill 2`, `stop 2`, `start 2`.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ApacheKafka, fetchKafkaLibraries } from '../test/support/apache-kafka.ts';
import { hasClassArchive, makeClassArchive } from '../test/support/java.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { brokers: { type: 'string', default: '1' } },
});
if (positionals[0] === 'archive') {
  await archiveClasses();
  process.exit();
}
const brokers = Number(values.brokers);
if (positionals[0] !== 'start' || !Number.isInteger(brokers) || brokers < 1 || brokers > 9) {
  process.stderr.write('usage: node scripts/kafka.ts start [--brokers 1..9] | archive\n');
  process.exit(2);
}

const cluster = await ApacheKafka.start({ brokers, folder: mkdtempSync(join(tmpdir(), 'vigil-kafka-')) });
process.stdout.write(`Apache Kafka listens at ${cluster.bootstrap}\n`);
process.once('SIGINT', () => void cluster.stop().then(() => process.exit(0)));
process.once('SIGTERM', () => void cluster.stop().then(() => process.exit(0)));

const actions: Record<string, (id: number) => Promise<void>> = {
  kill: (id) => cluster.killBroker(id),
  stop: (id) => cluster.stopBroker(id),
  start: (id) => cluster.startBroker(id),
};
for await (const line of createInterface({ input: process.stdin })) {
  const [verb = '', id = ''] = line.trim().split(/\s+/);
  const action = actions[verb];
  if (!action) {
    process.stdout.write('kill N | stop N | start N\n');
    continue;
  }
  await action(Number(id)).then(
    () => process.stdout.write(`${verb} ${id}: done\n`),
    (error: Error) => process.stdout.write(`${error.message}\n`),
  );
}

async function archiveClasses(): Promise<void> {
  const libraries = await fetchKafkaLibraries();
  if (await hasClassArchive(libraries)) return;
  process.stdout.write("keeping Apache Kafka's classes …\n");
  await makeClassArchive(libraries, async (javaOptions) => {
    const folder = mkdtempSync(join(tmpdir(), 'vigil-kafka-'));
    await using kafka = await ApacheKafka.start({ folder, javaOptions });
    await kafka.stopBroker(1);
  });
}
