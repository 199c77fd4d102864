import { Command, Option } from 'commander';
import { fault } from '../../base/errors.ts';
import type { PartitionDescription } from '../../stage/kafka-admin.ts';
import type { TopicDefinition } from '../../topics/topic-names.ts';
import { brokersOption } from '../options/journey-options.ts';
import { collect, number } from '../options/option-values.ts';

interface TopicsOptions {
  brokers?: string[];
  json?: boolean;
}

export function topicsCommand(): Command {
  const command = new Command('topics').description('look at topics, make them, delete them');
  command
    .command('list')
    .description('print the names of the topics')
    .addOption(brokersOption())
    .option('--internal', 'those that the broker keeps for itself too')
    .action(listAction);
  command
    .command('describe')
    .description('print the partitions of a topic and how much is in them')
    .argument('<topic>')
    .addOption(brokersOption())
    .option('--json', 'as one JSON object')
    .action(describeAction);
  command
    .command('create')
    .description('make a topic')
    .argument('<topic>')
    .addOption(brokersOption())
    .addOption(new Option('--partitions <count>', 'how many').default(1).argParser(number({ least: 1, whole: true })))
    .addOption(
      new Option('--config <name=value>', 'a setting under Kafka’s own name; repeat for more').argParser(collect),
    )
    .action(createAction);
  command
    .command('delete')
    .description('delete a topic with everything in it')
    .argument('<topic>')
    .addOption(brokersOption())
    .action(deleteAction);
  return command.addHelpText(
    'after',
    `
Examples:
  vigil topics list
  vigil topics describe processed_images
  vigil topics create audit --partitions 4 --config retention.ms=3600000
  vigil topics delete audit --brokers kafka1:9092`,
  );
}

async function context(options: TopicsOptions) {
  const { assertTopicExists, clientBrokers, clientId } = await import('./client-options.ts');
  const admin = await import('../../stage/kafka-admin.ts');
  const brokers = await clientBrokers(options.brokers);
  return { admin, assertTopicExists, asked: { brokers, clientId } };
}

async function listAction(options: TopicsOptions & { internal?: boolean }): Promise<void> {
  const { admin, asked } = await context(options);
  for (const name of await admin.listTopics({ ...asked, includeInternal: options.internal ?? false })) print(name);
}

async function describeAction(topic: string, options: TopicsOptions): Promise<void> {
  const { admin, asked, assertTopicExists } = await context(options);
  await assertTopicExists(asked.brokers, topic);
  const { name, id, partitions } = await admin.describeTopic({ ...asked, topic });
  if (options.json) {
    const rows = partitions.map((row) => ({
      ...row,
      logStartOffset: Number(row.logStartOffset),
      logEndOffset: Number(row.logEndOffset),
    }));
    print(JSON.stringify({ name, id, partitions: rows }));
    return;
  }
  const records = partitions.reduce((sum, row) => sum + (row.logEndOffset - row.logStartOffset), 0n);
  print(`${name}  ${partitions.length} partitions  ${records} offsets  id ${id}`);
  for (const line of partitionTable(partitions)) print(line);
}

const columns = ['partition', 'leader', 'replicas', 'in sync', 'start', 'end'] as const;

/** Broker ids as Kafka's own tool lists them: the preferred leader first. */
function partitionTable(partitions: readonly PartitionDescription[]): string[] {
  const rows = partitions.map((row) => [
    String(row.partition),
    row.leader < 0 ? 'none' : String(row.leader),
    row.replicas.join(','),
    row.inSyncReplicas.join(','),
    String(row.logStartOffset),
    String(row.logEndOffset),
  ]);
  const table = [[...columns], ...rows];
  const widths = columns.map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
  return table.map((row) => row.map((cell, index) => cell.padStart(widths[index] ?? 0)).join('  '));
}

async function createAction(topic: string, options: TopicsOptions & { partitions: number; config?: string[] }) {
  const { admin, asked } = await context(options);
  const existing = await admin.listTopics({ ...asked, includeInternal: true });
  if (existing.includes(topic))
    throw fault('USAGE', `The topic "${topic}" exists already`, { next: 'Choose another name.' });
  const definition: TopicDefinition = {
    name: topic,
    partitions: options.partitions,
    configs: Object.fromEntries((options.config ?? []).map(splitSetting)),
  };
  await admin.ensureTopics({ ...asked, topics: [definition] });
}

async function deleteAction(topic: string, options: TopicsOptions): Promise<void> {
  const { admin, asked, assertTopicExists } = await context(options);
  await assertTopicExists(asked.brokers, topic);
  await admin.deleteTopic({ ...asked, topic });
}

function splitSetting(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw fault('USAGE', `--config: found "${text}", expected name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
