import { userInfo } from 'node:os';
import { Command } from 'commander';
import { fault, isFault } from '../../base/errors.ts';
import type { Alarm } from '../../topics/alarm-schema.ts';
import { brokersOption } from '../options/journey-options.ts';

interface AcknowledgeOptions {
  brokers?: string[];
  by?: string;
  note?: string;
}

export function acknowledgeCommand(): Command {
  return new Command('acknowledge')
    .description('say that somebody has seen to an alarm: it is not escalated any further')
    .argument('<alarm>', 'id of the alarm')
    .addOption(brokersOption())
    .option('--by <name>', 'who (default: the user that runs this)')
    .option('--note <text>', 'what they say of it')
    .addHelpText(
      'after',
      `
Examples:
  vigil acknowledge stranger-5f0d8c1be7a94c02
  vigil acknowledge stranger-5f0d8c1be7a94c02 --by ada --note "the postman"`,
    )
    .action(acknowledgeAction);
}

async function acknowledgeAction(id: string, { brokers: given, by, note }: AcknowledgeOptions): Promise<void> {
  const { clientBrokers, clientId } = await import('./client-options.ts');
  const { readToEnd } = await import('../../stage/read-to-end.ts');
  const { openRecordProducer } = await import('../../stage/record-producer.ts');
  const { decodeAlarmEntry, encodeAcknowledgement } = await import('../../topics/alarm-record.ts');
  const { topicNames } = await import('../../topics/topic-names.ts');
  const brokers = await clientBrokers(given);
  const found: { alarm?: Alarm } = {};
  await readToEnd({ brokers, clientId, topic: topicNames.alarms, from: 'beginning' }, (record) => {
    try {
      const entry = decodeAlarmEntry(record);
      if (entry?.kind === 'alarm' && entry.alarm.id === id) found.alarm = entry.alarm;
    } catch (error) {
      if (!isFault(error, 'RECORD_INVALID')) throw error;
    }
  });
  if (!found.alarm) {
    throw fault('USAGE', `There is no alarm "${id}"`, { next: '`vigil consume alarms` shows those that there are.' });
  }
  const producer = await openRecordProducer({ brokers, clientId });
  const who = by ?? userInfo().username;
  const said = note === undefined ? {} : { note };
  const { camera, message } = found.alarm;
  await producer.send([encodeAcknowledgement({ alarm: id, camera, by: who, ...said, atUs: Date.now() * 1000 })]);
  await producer.close();
  process.stdout.write(`${message}: acknowledged by ${who}\n`);
}
