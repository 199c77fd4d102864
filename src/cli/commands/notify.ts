import { Command } from 'commander';
import { fault } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { Alarm } from '../../topics/alarm-schema.ts';

export function notifyCommand(): Command {
  const command = new Command('notify').description('try out who is told of alarms');
  command
    .command('test')
    .description('send a test alarm to one notifier, once, and print what it said')
    .argument('<name>', 'a notifier of the configuration')
    .argument('[file]', 'configuration; left out: ./vigil.yml')
    .action(testAction);
  return command.addHelpText(
    'after',
    `
Examples:
  vigil notify test phone
  vigil notify test home site.yml`,
  );
}

async function testAction(name: string, file: string | undefined): Promise<void> {
  const { brokersOf, loadJourney } = await import('../options/load-journey.ts');
  const { createLogger } = await import('../../base/logger.ts');
  const { makeNotifier } = await import('../../notify/start-notify.ts');
  const { tellOnce } = await import('../../notify/tell-once.ts');
  const config = await loadJourney(file, {});
  const options = config.notifiers.find((each) => each.name === name);
  if (!options)
    throw noNotifier(
      name,
      config.notifiers.map((each) => each.name),
    );
  const cameras = config.cameras.map(({ id }) => id);
  const logger = createLogger('notify');
  const notifier = await makeNotifier(options, { brokers: brokersOf(config), cameras, logger });
  const said = await tellOnce(notifier, testAlarm(name, cameras[0] ?? 'test')).finally(() => notifier.close());
  process.stderr.write(`${name}: ${said}\n`);
}

function noNotifier(name: string, known: readonly string[]) {
  const suggestion = nearest(name, known);
  const there = known.length === 0 ? 'there is none' : `there are ${known.join(', ')}`;
  return fault('USAGE', `There is no notifier "${name}"; ${there}`, {
    next: suggestion ? `Did you mean "${suggestion}"?` : 'Notifiers stand under `notify` in vigil.yml.',
  });
}

function testAlarm(notifier: string, camera: string): Alarm {
  const nowUs = Date.now() * 1000;
  return {
    id: `test-${nowUs.toString(16).padStart(16, '0')}`,
    level: 0,
    rule: 'test',
    severity: 'info',
    message: `test: an alarm to try out ${notifier} (${camera})`,
    camera,
    session: 'test',
    what: 'track-began',
    subject: {},
    evidence: [],
    suppressed: 0,
    notify: [notifier],
    late: false,
    times: { capturedAtUs: nowUs, eventAtUs: nowUs, raisedAtUs: nowUs },
  };
}
