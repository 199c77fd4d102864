import { fault } from '../../base/errors.ts';
import { cameraIdPattern } from '../../topics/topic-names.ts';
import { defaults } from '../config/defaults.ts';
import type { DetectorConfig, JourneyConfig } from '../config/journey-config.ts';
import type { JourneyOptions } from '../options/journey-options.ts';
import { applyOptions, brokersOf, loadJourney } from '../options/load-journey.ts';

export interface ReplayFlags {
  as?: string;
  from?: string;
  until?: string;
}

/**
 * Runs `vigil detect --as … --from …`.
 *
 * @returns the exit code
 * @throws USAGE
 */
export async function replayAction(file: string | undefined, options: JourneyOptions & ReplayFlags): Promise<number> {
  const { as, from, until } = options;
  if (as === undefined) throw fault('USAGE', `${from === undefined ? '--until' : '--from'} is for --as`);
  if (from === undefined) throw fault('USAGE', '--as looks at past frames: say from where with --from');
  const { name, version } = parseDetectorId(as);
  const { parseBounds } = await import('./replay-window.ts');
  const bounds = parseBounds({ from, until });
  const { model, workers, delivery, ...others } = options;
  const config = await loadJourney(file, others);
  const { detectors } = applyOptions(
    { ...config, detectors: [detectorLike(name, config)] },
    { ...(model === undefined ? {} : { model }), ...(workers ? { workers } : {}), ...(delivery ? { delivery } : {}) },
  );
  const [detector] = detectors;
  if (!detector) throw fault('USAGE', `--as: there is no detector "${name}"`);
  const brokers = brokersOf(config);
  const { assertTopicExists } = await import('../commands/client-options.ts');
  const { topicNames } = await import('../../topics/topic-names.ts');
  await assertTopicExists(brokers, topicNames.rawVideoFrames);
  const { runReplay } = await import('./run-replay.ts');
  return runReplay({ brokers, detector: { ...replayed(detector), name, version, embed: config.topics.embed }, bounds });
}

/** `people@2`. @throws USAGE */
export function parseDetectorId(text: string, option = '--as'): { name: string; version: number } {
  const [, name = '', version] = /^(.+)@([1-9]\d{0,8})$/.exec(text) ?? [];
  if (cameraIdPattern.test(name)) return { name, version: Number(version) };
  throw fault('USAGE', `${option}: found "${text}", expected <name>@<version>, such as people@2`);
}

/** The configured detector of that name, whose labels and threshold then hold; else one as by default. */
function detectorLike(name: string, { detectors }: JourneyConfig): DetectorConfig {
  const { labels, ...general } = defaults.detector;
  const plain = { ...general, labels: [...labels], name };
  return detectors.find((each) => each.name === name) ?? plain;
}

function replayed({ model, labels, threshold, workers, delivery }: DetectorConfig) {
  return {
    model,
    workers,
    delivery,
    ...(labels === undefined ? {} : { labels }),
    ...(threshold === undefined ? {} : { threshold }),
  };
}
