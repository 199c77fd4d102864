import { Command } from 'commander';
import { fault } from '../../base/errors.ts';
import type { Alarm } from '../../topics/alarm-schema.ts';
import { brokersOption } from '../options/journey-options.ts';

interface TestOptions {
  brokers?: string[];
  from?: string;
  json?: boolean;
}

export function rulesCommand(): Command {
  const command = new Command('rules').description('try rules out');
  command
    .command('test')
    .description('what the rules would have made of past events: nothing is written, nobody is told')
    .argument('[file]', 'configuration with the rules; left out: ./vigil.yml')
    .addOption(brokersOption())
    .option('--from <where>', 'beginning, a time (RFC 3339), or a while ago such as 24h', 'beginning')
    .option('--json', 'alarms as JSON lines')
    .action(testAction);
  return command.addHelpText(
    'after',
    `
Examples:
  vigil rules test
  vigil rules test site.yml --from 24h --json | jq -r .rule | sort | uniq -c`,
  );
}

async function testAction(file: string | undefined, options: TestOptions): Promise<void> {
  const { brokersOf, loadJourney } = await import('../options/load-journey.ts');
  const { parseFrom } = await import('../consume/parse-from.ts');
  const { readToEnd } = await import('../../stage/read-to-end.ts');
  const { RuleDesk } = await import('../../rules/rule-desk.ts');
  const { topicNames } = await import('../../topics/topic-names.ts');
  const { isFault } = await import('../../base/errors.ts');
  const config = await loadJourney(file, {});
  if (config.rules.length === 0)
    throw fault('USAGE', 'There is no rule to try', { next: 'Write `rules` in vigil.yml.' });
  const from = parseFrom(options.from ?? 'beginning', Date.now());
  const brokers = options.brokers ?? brokersOf(config);
  // As if each event had been heard when it was written.
  let nowUs = 0;
  const desk = new RuleDesk({ rules: config.rules, nowUs: () => nowUs });
  const counts = new Map<string, number>(config.rules.map(({ name }) => [name, 0]));
  await readToEnd({ brokers, clientId: 'vigil-cli', topic: topicNames.events, from }, (record) => {
    nowUs = record.timestampMs * 1000;
    try {
      desk.add(record);
    } catch (error) {
      if (!isFault(error, 'RECORD_INVALID')) throw error;
    }
    for (const alarm of desk.takeAlarms()) {
      counts.set(alarm.rule, (counts.get(alarm.rule) ?? 0) + 1);
      process.stdout.write(`${options.json ? JSON.stringify(alarm) : lineOf(alarm)}\n`);
    }
  });
  for (const [rule, count] of counts) process.stderr.write(`${rule}: ${count} alarms\n`);
}

function lineOf({ times, severity, message, suppressed }: Alarm): string {
  const at = new Date(times.capturedAtUs / 1000).toISOString();
  return `${at}  ${severity.padEnd(8)}  ${message}${suppressed > 0 ? `, ${suppressed} more before` : ''}`;
}
