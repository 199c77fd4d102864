// The broker alone, beside Apache Kafka in the same run: how soon is it ready, how much memory does it take idle, how fast does
// it take and give records, and how long does a record take?
//   node bench/broker.ts [--flush never|commit] [--rounds N] [--only vigil|kafka] [--load '100 KB'] [--with encoded|rdkafka|tools|platformatic]
// With `commit` both flush to the disk before they acknowledge, with `never` neither does. Loaded by a loader with requests
// encoded beforehand, librdkafka's rdkafka_performance, Kafka's own perf tools and @platformatic/kafka.
// Every figure is kept as soon as it is known. A run that measures a part (--load, --with, --only) puts its figures in the place of
// those rows and leaves the others; a step that lasts longer than a minute and a half is given up, and its broker started anew.
import { parseArgs } from 'node:util';
import { Comparison, type Who } from './broker/comparison.ts';
import { forFlush, loads } from './broker/loads.ts';
import { measures, type Notes, partitions } from './broker/measures.ts';
import { buildRdkafkaPerformance } from './broker/rdkafka-performance.ts';
import { cameToEnd } from './broker/step.ts';
import { type Flush, startApacheKafka, startVigilBroker, type Target } from './broker/targets.ts';

const { values } = parseArgs({
  options: {
    flush: { type: 'string', multiple: true, default: ['never', 'commit'] },
    rounds: { type: 'string', default: '1' },
    only: { type: 'string' },
    load: { type: 'string', multiple: true, default: loads.map(({ name }) => name) },
    with: { type: 'string', multiple: true, default: Object.keys(measures) },
  },
});
const stepLimitMs = 90_000;
const brokers = { vigil: startVigilBroker, kafka: startApacheKafka };

function notesOf(comparison: Comparison, who: Who): Notes {
  return {
    throughput: (what, value, goal) => comparison.note(who, { what, unit: 'MB/s', isBetter: 'more', goal }, value),
    latency: (what, value, goal) => comparison.note(who, { what, unit: 'ms', isBetter: 'less', goal }, value),
  };
}

async function measure(comparison: Comparison, who: Who, flush: Flush): Promise<void> {
  let target: Target = await brokers[who](flush);
  const notes = notesOf(comparison, who);
  notes.latency('process start to open port', target.readyMs);
  comparison.note(who, { what: 'resident memory, idle', unit: 'MB', isBetter: 'less' }, target.idleMb);
  for (const load of loads.filter(({ name }) => values.load.includes(name))) {
    for (const client of values.with) {
      const run = measures[client];
      if (run === undefined) throw new Error(`--with ${client}: there are ${Object.keys(measures).join(', ')}`);
      const step = `${who}, flush ${flush}, ${load.name}, ${client}`;
      if (await cameToEnd(step, stepLimitMs, () => run(target, forFlush(load, flush), notes))) continue;
      // Whatever still goes on ends with its broker.
      await target.stop();
      target = await brokers[who](flush);
    }
  }
  await target.stop();
}

function openComparison(flush: Flush): Comparison {
  const policy = flush === 'commit' ? 'flushed to the disk before it is acknowledged' : 'acknowledged without a flush';
  return new Comparison(`broker-flush-${flush}`, `How fast is the broker alone, with every write ${policy}?`, [
    `${flush === 'commit' ? '`--flush commit` (the default) beside `log.flush.interval.messages=1`' : '`--flush never` beside Apache Kafka as it is by default'}. acks=all; ${partitions} partitions.`,
    'The JVM has 1 GB and the options of Apache’s start script. “Ready” of Apache Kafka is its second start, on formatted storage.',
    '“Requests in flight”: encoded beforehand, over 2 connections; 1 KB records 64 in a batch, 100 B records 160 in a batch.',
    '“records/s”: one partition at a fixed rate without lingering; delivered is to a consumer at the end of the log.',
    'What bounds a fetch: two copies, out of the file and into the socket, since Node cannot hand a file to a socket as the JVM does: 0.35–0.5 s of the system’s time per GB, and 0.15–0.3 s of the broker’s own (profiled at a load of 10 to 20, answers of 1 to 8 MB). Nothing else is left in it: memory is reused, nothing is concatenated, no record is looked at.',
    'What bounds a produce: 1 to 1.5 s of the system’s time per GB for reading the socket, writing the file and waking the client, and 1.5 to 2.5 s of the broker’s own, of which the checksum is 0.2–0.4 s, and collecting the memory of requests up to 1 s: it lies outside the collector’s heap and forces a full collection every 60 MB.',
  ]);
}

if (values.with.includes('rdkafka')) await buildRdkafkaPerformance();
for (const flush of values.flush as Flush[]) {
  const comparison = openComparison(flush);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const who of ['vigil', 'kafka'] as const) {
      if (values.only === undefined || values.only === who) await measure(comparison, who, flush);
    }
  }
  process.stdout.write(comparison.text);
}
process.exit(0);
