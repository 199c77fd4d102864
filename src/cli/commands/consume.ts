import { mkdirSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { RecordConsumer, StartFrom } from '../../stage/record-consumer.ts';
import type { IncomingRecord } from '../../topics/record.ts';
import { brokersOption } from '../options/journey-options.ts';
import { number } from '../options/option-values.ts';

interface ConsumeOptions {
  brokers?: string[];
  from?: string;
  max?: number;
  exitAtEnd?: boolean;
  group?: string;
  save?: string;
}

/** After so long without a record nothing more is to come, though an offset is missing: transactions leave such holes. */
const quietMs = 3000;
const commitEveryMs = 1000;

export function consumeCommand(): Command {
  return new Command('consume')
    .description('print the records of a topic as JSON lines: results and frames by their fields')
    .argument('<topic>')
    .addOption(brokersOption())
    .option(
      '--from <where>',
      'beginning, end, offset:<number>, time:<RFC 3339>, or a while ago such as 10m (default: beginning; with --group: where the group is)',
    )
    .addOption(new Option('--max <count>', 'end after so many records').argParser(number({ least: 1, whole: true })))
    .option('--follow', 'go on waiting for new records (this is the default)')
    .addOption(new Option('--exit-at-end', 'end when everything that was there has been read').conflicts('follow'))
    .option('--group <name>', 'read as a member of a consumer group, and commit')
    .option('--save <dir>', 'write the pictures there as <camera>-<session>-<frame>.jpg')
    .addHelpText(
      'after',
      `
Examples:
  vigil consume processed_images
  vigil consume processed_images --from 10m --exit-at-end | jq -c '.detections[].label'
  vigil consume processed_images --from end --max 1 --save .
  vigil consume raw_video_frames --group archive --save ./pictures`,
    )
    .action(consumeAction);
}

async function consumeAction(topic: string, options: ConsumeOptions): Promise<void> {
  const { parseFrom } = await import('../consume/parse-from.ts');
  const from = options.from === undefined ? defaultStart(options) : parseFrom(options.from, Date.now());
  const { assertTopicExists, clientBrokers, clientId } = await import('./client-options.ts');
  const brokers = await clientBrokers(options.brokers);
  await assertTopicExists(brokers, topic);
  const { findEndOfTopic } = await import('../consume/end-of-topic.ts');
  // A group's members share the partitions: only silence tells one of them that it is through.
  const isAlone = options.group === undefined;
  const end = options.exitAtEnd && isAlone ? await findEndOfTopic({ brokers, clientId, topic }, from) : undefined;
  if (end?.isReached) return;
  if (options.save) mkdirSync(options.save, { recursive: true });
  const { openRecordConsumer } = await import('../../stage/record-consumer.ts');
  const group = options.group === undefined ? {} : { groupId: options.group };
  const consumer = await openRecordConsumer({ brokers, clientId, topics: [topic], from, ...group });
  await readAll(consumer, options, end);
}

function defaultStart({ group }: ConsumeOptions): StartFrom {
  return group === undefined ? 'beginning' : 'committed';
}

async function readAll(
  consumer: RecordConsumer,
  options: ConsumeOptions,
  end: { isReached: boolean; saw(record: IncomingRecord): void } | undefined,
): Promise<void> {
  const commits = options.group === undefined ? undefined : new Commits(consumer);
  // A reader that waits is woken by its end: what it has to commit goes first.
  const finish = async () => {
    await commits?.flush();
    await consumer.close();
  };
  const quiet = options.exitAtEnd ? new Quiet(finish) : undefined;
  process.once('SIGINT', finish);
  process.once('SIGTERM', finish);
  const show = await printer(options);
  let count = 0;
  for await (const record of consumer) {
    await show(record);
    await commits?.add(record);
    end?.saw(record);
    quiet?.again();
    if (++count === options.max || end?.isReached) break;
  }
  quiet?.end();
  await finish();
}

async function printer({ save }: ConsumeOptions): Promise<(record: IncomingRecord) => Promise<void>> {
  const { describeRecord } = await import('../consume/describe-record.ts');
  const { savePicture } = await import('../consume/save-picture.ts');
  let hasWarned = false;
  return async (record) => {
    process.stdout.write(`${JSON.stringify(describeRecord(record))}\n`);
    if (save === undefined || (await savePicture(record, save)) || hasWarned) return;
    hasWarned = true;
    process.stderr.write('vigil: some of these records carry no picture: nothing is saved of them\n');
  };
}

/** Ends a reader to which nothing comes any more. */
class Quiet {
  readonly #onQuiet: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(onQuiet: () => void) {
    this.#onQuiet = onQuiet;
    this.again();
  }

  again(): void {
    this.end();
    this.#timer = setTimeout(this.#onQuiet, quietMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Commits what was printed, about once a second and at the end. */
class Commits {
  readonly #consumer: RecordConsumer;
  readonly #highest = new Map<string, IncomingRecord>();
  #committedAtMs = Date.now();

  constructor(consumer: RecordConsumer) {
    this.#consumer = consumer;
  }

  async add(record: IncomingRecord): Promise<void> {
    this.#highest.set(`${record.topic}:${record.partition}`, record);
    if (Date.now() - this.#committedAtMs >= commitEveryMs) await this.flush();
  }

  async flush(): Promise<void> {
    this.#committedAtMs = Date.now();
    const records = [...this.#highest.values()];
    this.#highest.clear();
    if (records.length > 0) await this.#consumer.commit(records);
  }
}
