import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Consumer, Producer, stringSerializers } from '@platformatic/kafka';
import { startBroker } from '../broker/start-broker.ts';
import { kafkaLibraries, runKafkaTool } from '../support/apache-kafka.ts';
import { KafkaTools } from '../support/kafka-tools.ts';
import { createTopic } from './administer.ts';

const libraries = kafkaLibraries();
const skip = libraries ? false : "needs Apache Kafka's tools: .ci/run installs them";

const topicTool = 'org.apache.kafka.tools.TopicCommand';
const groupTool = 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand';
const configTool = 'kafka.admin.ConfigCommand';
const transactionTool = 'org.apache.kafka.tools.TransactionsCommand';
const offsetTool = 'org.apache.kafka.tools.GetOffsetShell';

let tools: KafkaTools | undefined;
before(async () => {
  if (libraries) tools = await KafkaTools.start(libraries);
});
after(() => tools?.close());

function tool(mainClass: string, ...args: readonly string[]): Promise<string> {
  return toolWithInput(mainClass, args, '');
}

/** A tool that ends with its process: what it says last it says in a hook of the JVM. */
function toolAlone(mainClass: string, ...args: readonly string[]): Promise<string> {
  return runKafkaTool(libraries ?? '', mainClass, args);
}

/** A tool that reads its standard input. */
function toolWithInput(mainClass: string, args: readonly string[], input: string): Promise<string> {
  assert.ok(tools);
  return tools.run(mainClass, args, input);
}

/** What a verifiable tool reported, one JSON object a line. */
function reports(output: string): { name: string; [field: string]: unknown }[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line));
}

/** Spreads records over three partitions. */
async function send(bootstrap: string, topic: string, count: number): Promise<void> {
  const producer = new Producer({ clientId: 'send', bootstrapBrokers: [bootstrap], serializers: stringSerializers });
  const messages = Array.from({ length: count }, (_, i) => ({ topic, partition: i % 3, value: `${i}` }));
  await producer.send({ messages, acks: -1 }).finally(() => producer.close());
}

async function joinGroup(bootstrap: string, groupId: string, topic: string) {
  const consumer = new Consumer({ clientId: 'platformatic', groupId, bootstrapBrokers: [bootstrap], maxWaitTime: 100 });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest' });
  stream.resume();
  const leave = async (): Promise<void> => {
    if (consumer.closed !== true) await consumer.close(true);
  };
  return { leave, [Symbol.asyncDispose]: leave };
}

describe("Apache's tools", () => {
  test('kafka-topics and kafka-configs create, describe, change and delete a topic', { skip }, async () => {
    await using broker = await startBroker();
    const server = ['--bootstrap-server', broker.bootstrap];
    const topics = (...args: string[]) => tool(topicTool, ...server, ...args);
    await topics('--create', '--topic', 'made', '--partitions', '2', '--config', 'retention.ms=123456');
    await topics('--alter', '--topic', 'made', '--partitions', '3');
    const described = await topics('--describe', '--topic', 'made');
    assert.match(
      described,
      /TopicId: \S{22}\s+PartitionCount: 3\s+ReplicationFactor: 1\s+Configs: .*retention\.ms=123456/,
    );
    assert.match(described, /Partition: 2\s+Leader: (\d+)\s+Replicas: \1\s+Isr: \1/);
    const configs = (...args: string[]) =>
      tool(configTool, ...server, '--entity-type', 'topics', '--entity-name', 'made', ...args);
    await configs(
      '--alter',
      '--add-config',
      'cleanup.policy=[compact,delete],max.message.bytes=2000',
      '--delete-config',
      'retention.ms',
    );
    const shown = await configs('--describe');
    assert.match(
      shown,
      /cleanup\.policy=compact,delete sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:cleanup\.policy=compact,delete/,
    );
    assert.match(shown, /max\.message\.bytes=2000/);
    assert.doesNotMatch(shown, /retention\.ms/);
    await topics('--delete', '--topic', 'made');
    assert.doesNotMatch(await topics('--list'), /made/);
  });

  test('the console producer and consumer carry keys and headers', { skip }, async () => {
    await using broker = await startBroker();
    const server = ['--bootstrap-server', broker.bootstrap, '--topic', 'console'];
    const produce = ['parse.key=true', 'parse.headers=true'].flatMap((each) => ['--reader-property', each]);
    const lines = 'a:1\tk1\tfirst\na:2\tk2\tsecond\n';
    await toolWithInput(
      'org.apache.kafka.tools.ConsoleProducer',
      [...server, ...produce, '--compression-codec', 'zstd'],
      lines,
    );
    const consume = ['print.key=true', 'print.headers=true', 'print.offset=true'].flatMap((each) => [
      '--formatter-property',
      each,
    ]);
    const limits = ['--from-beginning', '--max-messages', '2', '--timeout-ms', '20000'];
    const read = await tool('org.apache.kafka.tools.consumer.ConsoleConsumer', ...server, ...consume, ...limits);
    assert.equal(read, 'Offset:0\ta:1\tk1\tfirst\nOffset:1\ta:2\tk2\tsecond\n');
  });

  test('verifiable producer and consumer agree; kafka-consumer-groups shows and moves what was read', {
    skip,
  }, async () => {
    await using broker = await startBroker();
    const server = ['--bootstrap-server', broker.bootstrap];
    await tool(topicTool, ...server, '--create', '--topic', 'verified', '--partitions', '3');
    const produced = await toolAlone(
      'org.apache.kafka.tools.VerifiableProducer',
      ...server,
      '--topic',
      'verified',
      '--max-messages',
      '1000',
      '--repeating-keys',
      '10',
    );
    const summary = reports(produced).find(({ name }) => name === 'tool_data');
    assert.deepEqual([summary?.sent, summary?.acked], [1000, 1000]);
    const options = [
      '--topic',
      'verified',
      '--group-id',
      'verifiers',
      '--max-messages',
      '1000',
      '--reset-policy',
      'earliest',
    ];
    const consumed = reports(await toolAlone('org.apache.kafka.tools.VerifiableConsumer', ...server, ...options));
    const counts = consumed.filter(({ name }) => name === 'records_consumed').map(({ count }) => Number(count));
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      1000,
    );
    const groups = (...args: string[]) => tool(groupTool, ...server, ...args);
    const lags = [
      ...(await groups('--describe', '--group', 'verifiers')).matchAll(/verified +\d +(\d+) +(\d+) +(\d+)/g),
    ];
    assert.equal(lags.length, 3);
    assert.deepEqual(
      lags.map(([, , , lag]) => lag),
      ['0', '0', '0'],
    );
    await groups('--reset-offsets', '--group', 'verifiers', '--topic', 'verified', '--to-earliest', '--execute');
    assert.match(await groups('--describe', '--group', 'verifiers', '--state'), /verifiers.* Empty +0/);
    const ends = [...(await tool(offsetTool, ...server, '--topic', 'verified')).matchAll(/verified:\d:(\d+)/g)];
    assert.equal(
      ends.reduce((sum, [, end]) => sum + Number(end), 0),
      1000,
    );
    assert.match(await groups('--delete', '--group', 'verifiers'), /successful/);
    assert.doesNotMatch(await groups('--list'), /verifiers/);
  });

  test('a transactional message copier copies every record once; kafka-transactions shows its transactions', {
    skip,
  }, async () => {
    await using broker = await startBroker();
    const server = ['--bootstrap-server', broker.bootstrap];
    for (const topic of ['original', 'copy']) await tool(topicTool, ...server, '--create', '--topic', topic);
    await toolAlone(
      'org.apache.kafka.tools.VerifiableProducer',
      ...server,
      '--topic',
      'original',
      '--max-messages',
      '500',
    );
    await toolAlone(
      'org.apache.kafka.tools.TransactionalMessageCopier',
      ...[
        '--broker-list',
        broker.bootstrap,
        '--input-topic',
        'original',
        '--input-partition',
        '0',
        '--output-topic',
        'copy',
      ],
      ...[
        '--transactional-id',
        'copier',
        '--consumer-group',
        'copiers',
        '--transaction-size',
        '50',
        '--max-messages',
        '500',
      ],
      ...['--enable-random-aborts', '--group-mode'],
    );
    const folder = await mkdtemp(join(tmpdir(), 'vigil-tools-'));
    try {
      const file = join(folder, 'consumer.properties');
      await writeFile(file, 'isolation.level=read_committed\n');
      const limits = ['--from-beginning', '--timeout-ms', '2000', '--command-config', file];
      const copied = await tool(
        'org.apache.kafka.tools.consumer.ConsoleConsumer',
        ...server,
        '--topic',
        'copy',
        ...limits,
      );
      const numbers = copied.split('\n').filter((line) => /^\d+$/.test(line));
      assert.deepEqual(
        numbers.map(Number),
        Array.from({ length: 500 }, (_, i) => i),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    assert.match(await tool(transactionTool, ...server, 'list'), /copier\s+\d+\s+\d+\s+CompleteCommit/);
    assert.match(
      await tool(transactionTool, ...server, 'describe', '--transactional-id', 'copier'),
      /copier.*CompleteCommit/s,
    );
  });

  test('kafka-consumer-groups shows members and offsets, and moves, forgets and deletes them', { skip }, async () => {
    await using broker = await startBroker();
    const { bootstrap } = broker;
    await createTopic(bootstrap, 'moved', { partitions: 3 });
    await send(bootstrap, 'moved', 30);
    await using member = await joinGroup(bootstrap, 'movers', 'moved');
    const groups = (...args: string[]) =>
      tool(groupTool, '--bootstrap-server', bootstrap, '--group', 'movers', ...args);
    assert.match(
      await groups('--describe', '--members', '--verbose'),
      /movers +platformatic\S* +\S+ +platformatic +3 .*moved:0,1,2/,
    );
    assert.match(await groups('--describe', '--state'), /movers .* Stable +1/);
    assert.match(await groups('--delete'), /Deletion of some consumer groups failed[\s\S]*GroupNotEmptyException/);
    await member.leave();
    const moved = ['--reset-offsets', '--topic', 'moved:0', '--to-offset', '4'];
    assert.match(await groups(...moved, '--dry-run'), /movers +moved +0 +4/);
    await groups(...moved, '--execute');
    await groups('--reset-offsets', '--topic', 'moved:1', '--to-latest', '--execute');
    await groups('--reset-offsets', '--topic', 'moved:2', '--to-earliest', '--execute');
    await groups('--reset-offsets', '--topic', 'moved:2', '--shift-by', '3', '--execute');
    const described = await groups('--describe', '--offsets');
    const lags = [...described.matchAll(/moved +(\d) +(\d+) +10 +(\d+)/g)].map((each) => each.slice(1).join(' '));
    assert.deepEqual(lags.sort(), ['0 4 6', '1 10 0', '2 3 7']);
    assert.match(await groups('--delete-offsets', '--topic', 'moved:1'), /moved +1 +Successful/);
    assert.doesNotMatch(await groups('--describe', '--offsets'), /moved +1 +\d/);
    assert.match(await groups('--delete'), /successful/);
    assert.doesNotMatch(
      await tool('org.apache.kafka.tools.GroupsCommand', '--bootstrap-server', bootstrap, '--list'),
      /movers/,
    );
  });

  test('kafka-transactions shows a transaction that is open, and aborts it', { skip }, async () => {
    await using broker = await startBroker();
    const { bootstrap } = broker;
    await createTopic(bootstrap, 'hanging');
    const transactions = (...args: string[]) => tool(transactionTool, '--bootstrap-server', bootstrap, ...args);
    const producer = new Producer({
      clientId: 'hanging',
      bootstrapBrokers: [bootstrap],
      serializers: stringSerializers,
      idempotent: true,
      transactionalId: 'hangs',
      timeout: 60_000,
    });
    try {
      const open = await producer.beginTransaction();
      await open.send({ messages: [{ topic: 'hanging', partition: 0, value: 'never committed' }] });
      assert.match(await transactions('list'), /hangs\s+\d+\s+\d+\s+Ongoing/);
      assert.match(await transactions('describe', '--transactional-id', 'hangs'), /Ongoing.*hanging-0/);
      const producers = await transactions('describe-producers', '--topic', 'hanging', '--partition', '0');
      assert.match(producers, /^\d+\s+0\s+-1\s+0\s+\d+\s+0\s*$/m);
      assert.doesNotMatch(
        await transactions('find-hanging', '--broker-id', '1'),
        /hanging/,
        'its coordinator knows it',
      );
      await transactions('abort', '--topic', 'hanging', '--partition', '0', '--start-offset', '0');
      const after = await transactions('describe-producers', '--topic', 'hanging', '--partition', '0');
      assert.match(after, /^\d+\s+0\s+\d\s+0\s+\d+\s+None\s*$/m);
    } finally {
      await producer.close();
    }
  });

  test('records, log directories, leaders, replicas, the quorum and the cluster are managed as with Apache Kafka', {
    skip,
  }, async () => {
    await using broker = await startBroker();
    const { bootstrap } = broker;
    const server = ['--bootstrap-server', bootstrap];
    await createTopic(bootstrap, 'managed', { partitions: 3 });
    await send(bootstrap, 'managed', 30);
    const folder = await mkdtemp(join(tmpdir(), 'vigil-tools-'));
    const file = async (name: string, content: object): Promise<string> => {
      await writeFile(join(folder, name), JSON.stringify({ version: 1, ...content }));
      return join(folder, name);
    };
    try {
      const partitions = [{ topic: 'managed', partition: 1, offset: 4 }];
      const removed = await tool(
        'org.apache.kafka.tools.DeleteRecordsCommand',
        ...server,
        '--offset-json-file',
        await file('delete', { partitions }),
      );
      assert.match(removed, /managed-1\s+low_watermark: 4/);
      assert.match(await tool(offsetTool, ...server, '--topic', 'managed', '--time', 'earliest'), /managed:1:4/);

      const logDirs = await tool(
        'org.apache.kafka.tools.LogDirsCommand',
        ...server,
        '--describe',
        '--topic-list',
        'managed',
      );
      assert.match(logDirs, /"partition":"managed-2","size":[1-9]\d*,"offsetLag":0/);

      const elected = await tool(
        'org.apache.kafka.tools.LeaderElectionCommand',
        ...server,
        '--election-type',
        'preferred',
        '--topic',
        'managed',
        '--partition',
        '0',
      );
      assert.match(elected, /Valid replica already elected for partitions managed-0/);

      const reassign = (...args: string[]) =>
        tool('org.apache.kafka.tools.reassign.ReassignPartitionsCommand', ...server, ...args);
      const replicas = [{ topic: 'managed', partition: 0, replicas: [1] }];
      const plan = ['--reassignment-json-file', await file('plan', { partitions: replicas })];
      const topics = await file('topics', { topics: [{ topic: 'managed' }] });
      assert.match(
        await reassign('--generate', '--topics-to-move-json-file', topics, '--broker-list', '1'),
        /"partition":2,"replicas":\[1\]/,
      );
      assert.match(await reassign('--execute', ...plan), /Successfully started partition reassignment for managed-0/);
      assert.match(await reassign('--verify', ...plan), /Reassignment of partition managed-0 is completed/);
      assert.match(await reassign('--list'), /No partition reassignments found/);

      const quorum = await tool('org.apache.kafka.tools.MetadataQuorumCommand', ...server, 'describe', '--status');
      assert.match(quorum, /LeaderId:\s+1\n/);
      assert.match(await tool('org.apache.kafka.tools.ClusterTool', 'cluster-id', ...server), /Cluster ID: \S{22}/);
      assert.match(await tool('org.apache.kafka.tools.BrokerApiVersionsCommand', ...server), /Produce\(0\): 0 to 13/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('perf tools run to their end', { skip }, async () => {
    await using broker = await startBroker();
    const load = ['--topic', 'load', '--num-records', '20000', '--record-size', '200', '--throughput', '-1'];
    const server = ['--bootstrap-server', broker.bootstrap];
    const produced = await tool('org.apache.kafka.tools.ProducerPerformance', ...load, ...server);
    assert.match(produced, /^20000 records sent/m);
    const consumed = await tool(
      'org.apache.kafka.tools.ConsumerPerformance',
      ...server,
      '--topic',
      'load',
      '--num-records',
      '20000',
    );
    assert.match(consumed, /, 20000, /);
    const latency = ['--topic', 'latency', '--num-records', '200', '--producer-acks', 'all', '--record-size', '100'];
    assert.match(
      await tool('org.apache.kafka.tools.EndToEndLatency', ...server, ...latency),
      /Percentiles: 50th = \d+/,
    );
  });
});
