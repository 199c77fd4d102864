import { Command, Option } from 'commander';
import { fault } from '../../base/errors.ts';
import type { IncomingRecord } from '../../topics/record.ts';
import type { DescribedLetter } from '../describe-letters.ts';
import { brokersOption } from '../options/journey-options.ts';

interface DeadLettersOptions {
  brokers?: string[];
  detector?: string;
  json?: boolean;
}

export function deadLettersCommand(): Command {
  const command = new Command('dead-letters').description('look at records that detectors gave up, or try them again');
  command
    .command('list')
    .description('print what was given up, by whom, why, and whether it was tried again')
    .addOption(brokersOption())
    .option('--json', 'as JSON lines')
    .action(listAction);
  command
    .command('retry')
    .description('look at the frames once more, each once, and publish their results')
    .argument('[file]', 'configuration that names the detectors; left out: ./vigil.yml when there is one')
    .addOption(brokersOption())
    .addOption(new Option('--detector <name>', 'only what this detector gave up'))
    .option('--json', 'as one JSON object')
    .action(retryAction);
  return command.addHelpText(
    'after',
    `
Examples:
  vigil dead-letters list
  vigil dead-letters list --json | jq -r .error.code | sort | uniq -c
  vigil dead-letters retry --detector people`,
  );
}

async function listAction(options: DeadLettersOptions): Promise<void> {
  const { clientBrokers, clientId } = await import('./client-options.ts');
  const { readToEnd } = await import('../../stage/read-to-end.ts');
  const { topicNames } = await import('../../topics/topic-names.ts');
  const brokers = await clientBrokers(options.brokers);
  const letters: IncomingRecord[] = [];
  await readToEnd({ brokers, clientId, topic: topicNames.deadLetters, from: 'beginning' }, (record) => {
    letters.push(record);
  });
  const { describeLetters } = await import('../describe-letters.ts');
  const described = await describeLetters(letters, brokers);
  for (const each of described) process.stdout.write(`${options.json ? JSON.stringify(each) : lineOf(each)}\n`);
  if (!options.json && described.length === 0) process.stdout.write('nothing was given up\n');
}

function lineOf(letter: DescribedLetter): string {
  const { offset, givenUpAt, detector, frame, ref, error, wasRetried } = letter;
  return `${offset}  ${givenUpAt}  ${detector}  ${frame ?? ref}  ${error.code}: ${error.message}${wasRetried ? '  (tried again)' : ''}`;
}

async function retryAction(file: string | undefined, options: DeadLettersOptions): Promise<void> {
  const { clientBrokers } = await import('./client-options.ts');
  const { brokersOf, loadJourney } = await import('../options/load-journey.ts');
  const { cacheDirectory } = await import('../../base/cache-directory.ts');
  const { createLogger } = await import('../../base/logger.ts');
  const { retryDeadLetters } = await import('../../detect/retry-dead-letters.ts');
  const config = await loadJourney(file, {});
  const brokers = file === undefined ? await clientBrokers(options.brokers) : (options.brokers ?? brokersOf(config));
  const wanted = config.detectors.filter(({ name }) => options.detector === undefined || options.detector === name);
  if (wanted.length === 0) {
    const names = config.detectors.map(({ name }) => name).join(', ');
    throw fault('USAGE', `There is no detector "${options.detector}"; there are ${names}`);
  }
  const common = { brokers, cacheDir: cacheDirectory(), logger: createLogger('dead-letters') };
  const outcomes = [];
  for (const each of wanted) {
    outcomes.push(await retryDeadLetters({ ...common, detector: { ...each, embed: config.topics.embed } }));
  }
  if (options.json) process.stdout.write(`${JSON.stringify(outcomes)}\n`);
  else
    for (const each of outcomes)
      process.stdout.write(`${each.detector}: ${each.succeeded} have a result now, ${each.failed} failed again\n`);
}
