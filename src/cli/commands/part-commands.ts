import { Command, Option } from 'commander';
import { fault } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import type { JourneyConfig } from '../config/journey-config.ts';
import { findSources } from '../journey/demo.ts';
import { describeStart } from '../journey/describe-start.ts';
import type { JourneyPlan } from '../journey/journey.ts';
import { detectorsInUse, hasAlarms } from '../journey/part-plan.ts';
import {
  addCameraOptions,
  addCommonOptions,
  addDetectorOptions,
  type JourneyOptions,
} from '../options/journey-options.ts';
import { brokersOf, loadJourney } from '../options/load-journey.ts';
import { collect } from '../options/option-values.ts';
import type { ReplayFlags } from '../replay/replay-action.ts';

/** The parts of the journey by themselves, for machines of their own: each against brokers that run elsewhere. */

const fileArgument = ['[file]', 'configuration; left out: ./vigil.yml when there is one'] as const;

export function captureCommand(): Command {
  const command = new Command('capture')
    .description('run cameras only: their frames go to the topic raw_video_frames')
    .argument(...fileArgument);
  return addCameraOptions(addCommonOptions(command))
    .option('--fast', 'files as quickly as the log takes them, not as they were filmed')
    .addHelpText(
      'after',
      `
Examples:
  vigil capture site.yml --brokers kafka1:9092
  vigil capture --camera entrance=rtsp://user:pass@camera.local/stream1`,
    )
    .action(async (file: string | undefined, options: JourneyOptions & { fast?: boolean }) => {
      const config = await loadJourney(file, options);
      if (config.cameras.length === 0) {
        throw fault('USAGE', 'There is no camera to capture', { next: 'Name one with --camera, or in vigil.yml.' });
      }
      await runParts('capture', config, { cameras: true, pace: options.fast ? 'fast' : 'live' });
    });
}

export function detectCommand(): Command {
  const command = new Command('detect')
    .description('run detectors only: they share the frames with every other process that runs the same detector')
    .argument(...fileArgument);
  return addDetectorOptions(addCommonOptions(command))
    .addOption(new Option('--detector <name>', 'only this one of the file; repeat for more').argParser(collect))
    .addOption(
      new Option(
        '--as <name@version>',
        'replay: look at frames that are in the log, under this name, and end when each has its result; needs --from',
      ).conflicts('detector'),
    )
    .option('--from <where>', 'replay from: beginning, an offset, a time (RFC 3339), or a while ago such as -2h')
    .option('--until <where>', 'replay until: now, an offset, a time or a while ago (default: now)')
    .addHelpText(
      'after',
      `
Examples:
  vigil detect --brokers kafka1:9092
  vigil detect site.yml --detector people --workers 8
  vigil detect --as people@2 --from -2h --model fastestdet          past frames again, with another model
  vigil detect --as people@3 --from beginning --until 2026-01-31T08:00:00Z`,
    )
    .action(async (file: string | undefined, options: JourneyOptions & { detector?: string[] } & ReplayFlags) => {
      if (options.as !== undefined || options.from !== undefined || options.until !== undefined) {
        const { replayAction } = await import('../replay/replay-action.ts');
        process.exitCode = await replayAction(file, options);
        return;
      }
      const config = await loadJourney(file, options);
      await runParts('detect', config, { detectors: chosenDetectors(config, options.detector) });
    });
}

export function trackCommand(): Command {
  const command = new Command('track')
    .description('follow what detectors see: each camera’s results in order, its tracks, zones and lines, as events')
    .argument(...fileArgument);
  return addCommonOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  vigil track --brokers kafka1:9092
  vigil track site.yml                      with the zones and lines of its cameras`,
    )
    .action(async (file: string | undefined, options: JourneyOptions) => {
      await runParts('track', await loadJourney(file, options), { track: true });
    });
}

export function alarmCommand(): Command {
  const command = new Command('alarm')
    .description('run the rules and the notifiers of vigil.yml: what happened becomes alarms, and somebody is told')
    .argument(...fileArgument);
  return addCommonOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  vigil alarm site.yml --brokers kafka1:9092`,
    )
    .action(async (file: string | undefined, options: JourneyOptions) => {
      const config = await loadJourney(file, options);
      if (!hasAlarms(config)) {
        throw fault('USAGE', 'There is neither a rule nor a notifier', {
          next: 'Write `rules` and `notify` in vigil.yml; examples/alarms.yml shows how.',
        });
      }
      await runParts('alarm', config, { alarm: true });
    });
}

export function threatCommand(): Command {
  const command = new Command('threat')
    .description('judge what detectors with joints see, and tell what is suspected as events')
    .argument(...fileArgument);
  return addCommonOptions(command)
    .addHelpText(
      'after',
      `
The file says what is looked for (threats: [fight, fall]) and which detectors read joints (steps: [pose]).

Examples:
  vigil threat site.yml --brokers kafka1:9092`,
    )
    .action(async (file: string | undefined, options: JourneyOptions) => {
      await runParts('threat', await loadJourney(file, options), { threat: true });
    });
}

export function serveCommand(): Command {
  const command = new Command('serve')
    .description('run the page only: it reads the topics like any other subscriber')
    .argument(...fileArgument);
  return addCommonOptions(command)
    .addHelpText(
      'after',
      `
The configuration says which detectors owe a camera a result for each frame; of a camera that it does not name, those
that have looked at any frame of a session.

Examples:
  vigil serve site.yml
  vigil serve --brokers kafka1:9092 --http 0.0.0.0:8080`,
    )
    .action(async (file: string | undefined, options: JourneyOptions) => {
      await runParts('serve', await loadJourney(file, options), { serve: true });
    });
}

type Wanted = Partial<JourneyPlan['parts'] & { pace: 'live' | 'fast' }>;

async function runParts(name: string, config: JourneyConfig, wanted: Wanted): Promise<void> {
  process.title = `vigil ${name}`;
  const {
    cameras = false,
    detectors = [],
    track = false,
    threat = false,
    alarm = false,
    serve = false,
    pace = 'live',
  } = wanted;
  const plan: JourneyPlan = {
    config,
    parts: { broker: false, cameras, detectors, track, threat, alarm, serve },
    brokers: brokersOf(config),
    cameras: findSources(config, { once: false }),
    pace,
    once: false,
    notices: [],
  };
  const { runLive } = await import('../journey/run-live.ts');
  process.exitCode = await runLive(plan, describeStart);
}

function chosenDetectors(
  config: JourneyConfig,
  names: readonly string[] | undefined,
): JourneyPlan['parts']['detectors'] {
  if (names === undefined) return detectorsInUse(config);
  return names.map((name) => {
    const detector = config.detectors.find((each) => each.name === name);
    if (detector) return detector;
    const known = config.detectors.map((each) => each.name);
    const suggestion = nearest(name, known);
    throw fault('USAGE', `There is no detector "${name}"; there are ${known.join(', ')}`, {
      next: suggestion && `Did you mean "${suggestion}"?`,
    });
  });
}
