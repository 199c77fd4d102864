import { Command, Option } from 'commander';
import { fault } from '../../base/errors.ts';
import { redactSource } from '../../base/secrets.ts';
import { parseDurationMs } from '../../base/units.ts';
import { looksLive } from '../../capture/source.ts';
import type { CameraConfig } from '../config/journey-config.ts';
import { findSources, withDemo } from '../journey/demo.ts';
import { describeStart } from '../journey/describe-start.ts';
import type { JourneyPlan } from '../journey/journey.ts';
import { detectorsInUse, hasAlarms } from '../journey/part-plan.ts';
import {
  addCameraOptions,
  addCommonOptions,
  addDetectorOptions,
  flushOption,
  type JourneyOptions,
  metricsOption,
} from '../options/journey-options.ts';
import { brokersOf, loadJourney } from '../options/load-journey.ts';
import { value } from '../options/option-values.ts';

interface UpOptions extends JourneyOptions {
  once?: boolean;
  fast?: boolean;
  json?: boolean;
  maxTime?: number;
}

export function upCommand(): Command {
  const command = new Command('up')
    .description('run the whole journey on this machine: broker, cameras, detectors and the page')
    .argument('[file]', 'configuration; left out: ./vigil.yml when there is one, else the demo');
  addDetectorOptions(addCameraOptions(addCommonOptions(command)));
  return command
    .addOption(flushOption())
    .addOption(metricsOption())
    .option(
      '--once',
      'end when all files are through, every frame has its result and alarms are told; exit code 0 only then',
    )
    .addOption(new Option('--fast', 'files as quickly as the log takes them, not as they were filmed'))
    .option('--json', 'with --once: print one JSON object instead of the table')
    .addOption(
      new Option('--max-time <duration>', 'with --once: end after this time at the latest, such as 60s').argParser(
        value('a duration such as 60s', parseDurationMs),
      ),
    )
    .addHelpText(
      'after',
      `
Examples:
  vigil up                                                   the demo, or ./vigil.yml
  vigil up --camera rtsp://user:pass@camera.local/stream1
  vigil up --camera gate=./gate.mp4 --camera testsrc --fps 5
  vigil up site.yml --http 0.0.0.0:8080
  vigil up --once --fast --json --camera ./film.mp4          frames in = results out, or exit code 1
  vigil up --brokers kafka1:9092,kafka2:9092                 on another Kafka`,
    )
    .action(upAction);
}

async function upAction(file: string | undefined, options: UpOptions): Promise<void> {
  process.title = 'vigil up';
  checkOptions(options);
  const { once = false, fast = false, json = false, maxTime } = options;
  const config = withDemo(await loadJourney(file, options));
  const plan: JourneyPlan = {
    config,
    parts: {
      broker: config.brokers === 'embedded',
      cameras: true,
      detectors: detectorsInUse(config),
      track: detectorsInUse(config).length > 0,
      alarm: hasAlarms(config),
      threat: config.threats.length > 0,
      serve: true,
    },
    brokers: brokersOf(config),
    cameras: findSources(config, { once }),
    pace: fast ? 'fast' : 'live',
    once,
    notices: [],
  };
  if (!once) {
    const { runLive } = await import('../journey/run-live.ts');
    process.exitCode = await runLive(plan, describeStart);
    return;
  }
  refuseLiveSources(await plan.cameras);
  const { runOnce } = await import('../once/run-once.ts');
  process.exitCode = await runOnce(plan, { json, maxTimeMs: maxTime });
}

function checkOptions({ once, json, maxTime, loop }: UpOptions): void {
  if (!once && json) throw fault('USAGE', '--json is for --once');
  if (!once && maxTime !== undefined) throw fault('USAGE', '--max-time is for --once');
  if (once && loop) throw fault('USAGE', '--once and --loop exclude each other');
}

/** @throws USAGE when a source has no end: `--once` would wait for ever */
function refuseLiveSources(cameras: readonly CameraConfig[]): void {
  const live = cameras.find((camera) => looksLive(camera.source));
  if (!live) return;
  throw fault(
    'USAGE',
    `--once waits for the end of every source, but ${live.id} (${redactSource(live.source)}) is live`,
    {
      next: 'Leave --once out, or name files only.',
    },
  );
}
