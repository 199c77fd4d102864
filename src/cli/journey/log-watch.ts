import { systemClock } from '../../base/clock.ts';
import type { GroupWatch } from '../../stage/lag/group-watch.ts';
import type { RetentionKeeper } from '../../stage/lag/retention-keeper.ts';
import { topicNames } from '../../topics/topic-names.ts';
import type { DetectorConfig, JourneyConfig } from '../config/journey-config.ts';
import type { DetectorCrew } from './detector-crew.ts';
import { detectorsInUse, heldLimits, watchedGroup } from './part-plan.ts';

export interface LogWatchOptions {
  brokers: readonly string[];
  config: JourneyConfig;
  crews: readonly { detector: DetectorConfig; crew: DetectorCrew }[];
  /** Whether cameras run here: then their log's retention is kept here, where it is held. */
  hasCameras: boolean;
  onHold: (isHeld: boolean) => void;
}

/**
 * Looks at the log once a second: tells each crew whose number follows the load how its group stands, and keeps the
 * retention of frames that are held until they are read.
 *
 * @returns undefined when there is neither
 */
export async function watchLog(options: LogWatchOptions): Promise<GroupWatch | undefined> {
  const { brokers, config, crews } = options;
  const scaled = crews.filter(({ crew }) => crew.isScaled);
  const isKept = options.hasCameras && config.topics.hold;
  if (scaled.length === 0 && !isKept) return undefined;
  const { GroupWatch } = await import('../../stage/lag/group-watch.ts');
  const { openKafkaLagSource } = await import('../../stage/lag/kafka-lag-source.ts');
  const watched = isKept ? detectorsInUse(config) : scaled.map(({ detector }) => detector);
  const keeper = isKept ? await openKeeper(options) : undefined;
  return new GroupWatch({
    groups: watched.map(watchedGroup),
    open: () => openKafkaLagSource({ brokers, clientId: 'vigil', topic: topicNames.rawVideoFrames }),
    clock: systemClock,
    horizonSeconds: 0,
    async onAccounts(accounts, view, source) {
      const nowMs = systemClock.monotonicMs();
      for (const account of accounts) {
        scaled.find(({ crew }) => crew.detector === account.detector)?.crew.saw(account, nowMs);
      }
      await keeper?.saw(accounts, view, source);
    },
    // A broker that is away changes nothing: the workers wait as they are, and cameras as they do.
    onTrouble() {},
  });
}

async function openKeeper({ brokers, config, onHold }: LogWatchOptions): Promise<RetentionKeeper> {
  const { RetentionKeeper } = await import('../../stage/lag/retention-keeper.ts');
  const { setTopicConfigs } = await import('../../stage/kafka-admin.ts');
  // A topic from before the frames were held has limits of its own.
  const configs = { 'retention.ms': '-1', 'retention.bytes': '-1' };
  await setTopicConfigs({ brokers, clientId: 'vigil', topic: topicNames.rawVideoFrames, configs });
  const completeGroups = detectorsInUse(config)
    .map(watchedGroup)
    .flatMap(({ kind, group }) => (kind === 'complete' ? group : []));
  return new RetentionKeeper({ limits: heldLimits(config), completeGroups, nowMs: () => systemClock.nowMs(), onHold });
}
