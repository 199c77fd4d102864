import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import type { PlannedDetector } from '../../plan/sizing.ts';
import { type DetectorConfig, type JourneyConfig, workerBounds } from '../config/journey-config.ts';
import { withDemo } from '../journey/demo.ts';
import { detectorsInUse } from '../journey/part-plan.ts';
import { loadJourney } from '../options/load-journey.ts';
import { number } from '../options/option-values.ts';

interface PlanOptions {
  secondsPerFrame?: number;
  measure?: boolean;
  frameBytes?: number;
  json?: boolean;
}

export function planCommand(): Command {
  return new Command('plan')
    .description('print what a configuration takes: workers, partitions, disk, network, cores, and what breaks first')
    .argument('[file]', 'configuration; left out: ./vigil.yml when there is one, else the demo')
    .addOption(
      new Option('--seconds-per-frame <seconds>', 'time that one worker is busy with one frame').argParser(
        number({ above: 0 }),
      ),
    )
    .addOption(new Option('--measure', 'time the models on this machine').conflicts('secondsPerFrame'))
    .addOption(
      new Option('--frame-bytes <bytes>', 'size of a frame, instead of an estimate').argParser(number({ above: 0 })),
    )
    .option('--json', 'as one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  vigil plan site.yml --measure
  vigil plan examples/five-consumers/vigil.yml
  vigil plan --seconds-per-frame 0.5 --json`,
    )
    .action(planAction);
}

async function planAction(file: string | undefined, options: PlanOptions): Promise<void> {
  const { makePlan } = await import('../../plan/sizing.ts');
  const { describePlan } = await import('../../plan/describe-plan.ts');
  const config = withDemo(await loadJourney(file, {}));
  const detectors: PlannedDetector[] = [];
  for (const detector of detectorsInUse(config)) detectors.push(await plannedDetector(detector, config, options));
  const plan = makePlan({
    ...config.topics,
    cameras: config.cameras,
    detectors,
    replicas: config.brokers === 'embedded' ? 1 : Math.min(3, config.brokers.length),
    cores: availableParallelism(),
    ...(options.frameBytes === undefined ? {} : { frameBytes: options.frameBytes }),
  });
  process.stdout.write(`${options.json ? JSON.stringify(plan, null, 2) : describePlan(plan)}\n`);
}

async function plannedDetector(
  detector: DetectorConfig,
  config: JourneyConfig,
  { secondsPerFrame, measure }: PlanOptions,
): Promise<PlannedDetector> {
  const { delayOfModel } = await import('../../detect/looker/delay-looker.ts');
  const { name, model, workers, targetLoad } = detector;
  const delayMs = typeof model === 'string' ? delayOfModel(model) : undefined;
  const known = delayMs === undefined ? secondsPerFrame : delayMs / 1000;
  const most = workers === 'auto' ? (workerBounds(detector)?.max ?? availableParallelism()) : workers;
  const measured = measure && known === undefined ? await measureModel(detector, config) : known;
  const usesCores = delayMs === undefined && typeof model === 'string' && !/^(https?|grpc):/.test(model);
  return { name, secondsPerFrame: measured, targetLoad, maxWorkers: most, usesCores };
}

async function measureModel(detector: DetectorConfig, config: JourneyConfig): Promise<number> {
  const { measureSecondsPerFrame } = await import('../measure/measure-model.ts');
  const width = config.cameras.find((camera) => camera.detectors.includes(detector.name))?.width ?? 1280;
  return measureSecondsPerFrame(detector, width);
}
