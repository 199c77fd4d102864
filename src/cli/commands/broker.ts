import { resolve } from 'node:path';
import { Command } from 'commander';
import { createLogger } from '../../base/logger.ts';
import { formatHostPort } from '../../base/units.ts';
import { listenForInterrupt } from '../journey/interrupt.ts';
import {
  dataOption,
  flushOption,
  type JourneyOptions,
  listenOption,
  metricsOption,
} from '../options/journey-options.ts';
import { loadJourney } from '../options/load-journey.ts';
import { startBrokerProcess } from '../parts/broker-process.ts';

/** A second Ctrl-C does not wait for the disk. */
const interruptedCode = 130;

export function brokerCommand(): Command {
  return new Command('broker')
    .description('run the embedded Kafka broker only')
    .argument('[file]', 'configuration; left out: ./vigil.yml when there is one')
    .addOption(dataOption())
    .addOption(listenOption())
    .addOption(flushOption())
    .addOption(metricsOption())
    .option(
      '--check <dir>',
      'run nothing: verify a data directory without changing it, and say what a start would repair',
    )
    .option('--json', 'with --check: the outcome as one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  vigil broker
  vigil broker --listen 0.0.0.0:9092 --data /var/lib/vigil
  vigil broker --listen 127.0.0.1:0        the address it prints holds the port it was given
  vigil broker --metrics 127.0.0.1:9308    GET /metrics for Prometheus
  vigil broker --check /var/lib/vigil      exit code 0: in order; 3: a start repairs it; 4: records are lost`,
    )
    .action(brokerAction);
}

interface BrokerCommandOptions extends JourneyOptions {
  check?: string;
  json?: boolean;
}

async function brokerAction(file: string | undefined, options: BrokerCommandOptions): Promise<void> {
  if (options.check !== undefined) {
    const { checkDirectory } = await import('./check-directory.ts');
    await checkDirectory(resolve(options.check), options);
    return;
  }
  process.title = 'vigil broker';
  const { dataDir, brokerListen, brokerMetrics, flush } = await loadJourney(file, options);
  const broker = await startBrokerProcess({
    dataDir,
    listen: [brokerListen],
    flush,
    metrics: brokerMetrics,
    logger: createLogger('broker'),
  });
  const interrupt = listenForInterrupt(() => process.exit(interruptedCode));
  const { host, port } = broker.address;
  process.stdout.write(`broker    ${formatHostPort(host, port)} (data in ${dataDir})\n`);
  const { metricsAddress: metrics } = broker;
  if (metrics !== undefined)
    process.stdout.write(`metrics   http://${formatHostPort(metrics.host, metrics.port)}/metrics\n`);
  await interrupt.requested;
  await broker.close();
  interrupt.release();
}
