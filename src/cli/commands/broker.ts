import { Command } from 'commander';
import { createLogger } from '../../base/logger.ts';
import { formatHostPort } from '../../base/units.ts';
import { listenForInterrupt } from '../journey/interrupt.ts';
import { dataOption, flushOption, type JourneyOptions, listenOption } from '../options/journey-options.ts';
import { loadJourney } from '../options/load-journey.ts';

/** A second Ctrl-C does not wait for the disk. */
const interruptedCode = 130;

export function brokerCommand(): Command {
  return new Command('broker')
    .description('run the embedded Kafka broker only')
    .argument('[file]', 'configuration; left out: ./vigil.yml when there is one')
    .addOption(dataOption())
    .addOption(listenOption())
    .addOption(flushOption())
    .addHelpText(
      'after',
      `
Examples:
  vigil broker
  vigil broker --listen 0.0.0.0:9092 --data /var/lib/vigil
  vigil broker --listen 127.0.0.1:0        the address it prints holds the port it was given`,
    )
    .action(brokerAction);
}

async function brokerAction(file: string | undefined, options: JourneyOptions): Promise<void> {
  process.title = 'vigil broker';
  const { dataDir, brokerListen, flush } = await loadJourney(file, options);
  const { Broker } = await import('../../broker/broker.ts');
  const broker = await Broker.start({ dataDir, listen: [brokerListen], flush, logger: createLogger('broker') });
  const interrupt = listenForInterrupt(() => process.exit(interruptedCode));
  const { host, port } = broker.address;
  process.stdout.write(`broker    ${formatHostPort(host, port)} (data in ${dataDir})\n`);
  await interrupt.requested;
  await broker.close();
  interrupt.release();
}
