import { open, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Command, Option } from 'commander';
import { fault, systemErrorCode } from '../../base/errors.ts';
import type { OutgoingRecord } from '../../topics/record.ts';
import { brokersOption } from '../options/journey-options.ts';
import { collect, number } from '../options/option-values.ts';

interface ProduceOptions {
  brokers?: string[];
  file?: string;
  whole?: boolean;
  key?: string;
  header?: string[];
  partition?: number;
}

/** Sends under way at once; reading waits beyond that. */
const linesPerSend = 500;

export function produceCommand(): Command {
  return new Command('produce')
    .description(
      'write records to a topic, which is made when it is missing: each line of standard input, or of a file, becomes one',
    )
    .argument('<topic>')
    .addOption(brokersOption())
    .option('--file <path>', 'read this file instead of standard input')
    .option('--whole', 'one record with the file’s bytes as they are, whatever they are')
    .option('--key <text>', 'key of every record')
    .addOption(new Option('--header <name=value>', 'header of every record; repeat for more').argParser(collect))
    .addOption(
      new Option('--partition <number>', 'left out: by the key’s hash').argParser(number({ least: 0, whole: true })),
    )
    .addHelpText(
      'after',
      `
Examples:
  echo hello | vigil produce greetings
  vigil produce readings --file readings.ndjson --key sensor-1
  vigil produce pictures --file photo.jpg --whole --header content-type=image/jpeg`,
    )
    .action(produceAction);
}

async function produceAction(topic: string, options: ProduceOptions): Promise<void> {
  if (options.whole && !options.file) throw fault('USAGE', '--whole needs --file');
  const { clientBrokers, clientId } = await import('./client-options.ts');
  const { openRecordProducer } = await import('../../stage/record-producer.ts');
  const { ensureTopics } = await import('../../stage/kafka-admin.ts');
  const toRecord = recordOf(topic, options);
  const brokers = await clientBrokers(options.brokers);
  await ensureTopics({ brokers, clientId, topics: [{ name: topic, partitions: 1, configs: {} }] });
  const producer = await openRecordProducer({ brokers, clientId });
  let count = 0;
  try {
    for await (const values of valuesOf(options)) {
      await producer.send(values.map(toRecord));
      count += values.length;
    }
  } finally {
    await producer.close();
    process.stderr.write(`${count} ${count === 1 ? 'record' : 'records'} to ${topic}\n`);
  }
}

function recordOf(topic: string, { key, header = [], partition }: ProduceOptions): (value: Buffer) => OutgoingRecord {
  const headers = new Map(header.map(splitHeader));
  return (value) => ({
    topic,
    value,
    headers,
    ...(key === undefined ? {} : { key }),
    ...(partition === undefined ? {} : { partition }),
  });
}

async function* valuesOf({ file, whole }: ProduceOptions): AsyncGenerator<Buffer[]> {
  if (file && whole) {
    yield [await readFile(file).catch(cannotRead(file))];
    return;
  }
  const input = file ? (await open(file).catch(cannotRead(file))).createReadStream() : process.stdin;
  let gathered: Buffer[] = [];
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    gathered.push(Buffer.from(line));
    // A person who types expects each line to be gone; a file is quicker in groups.
    if (gathered.length < linesPerSend && !process.stdin.isTTY) continue;
    yield gathered;
    gathered = [];
  }
  if (gathered.length > 0) yield gathered;
}

function cannotRead(file: string): (error: unknown) => never {
  return (cause) => {
    throw fault('USAGE', `${file} cannot be read (${systemErrorCode(cause) ?? String(cause)})`, {
      cause,
      next: 'Check the path.',
    });
  };
}

function splitHeader(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1) throw fault('USAGE', `--header: found "${text}", expected name=value`);
  return [text.slice(0, at), text.slice(at + 1)];
}
