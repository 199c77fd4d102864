import { describeError, isFault, type VigilError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { DeliveryKind } from '../stage/delivery.ts';
import { brokerFault } from '../stage/kafka-errors.ts';
import { openOrderedLoop } from '../stage/open-ordered-loop.ts';
import type { RunningPart } from '../stage/part.ts';
import type { PeopleBook } from '../stage/people/people-book.ts';
import { PeopleReader } from '../stage/people/people-reader.ts';
import type { Scene } from '../topics/scene.ts';
import { topicNames } from '../topics/topic-names.ts';
import { TrackDesk } from './track-desk.ts';
import { decodeTrackState } from './track-state.ts';
import { defaultTrackerSettings, type TrackerSettings } from './tracker.ts';

export interface TrackOptions {
  /** Detector (`<name>@<version>`) that each camera's tracks follow. */
  follow: Record<string, string>;
  /** For cameras that are not named; left out: the detector whose result comes first. */
  otherwise?: string;
  /** Detectors that write at least once. */
  atLeastOnce?: readonly string[];
  scenes: Record<string, Scene>;
  settings?: TrackerSettings;
  /** Names this process within the group, the same again after a restart; see `DetectorOptions.instance`. */
  instance?: string;
}

export interface StartTrackOptions {
  brokers: readonly string[];
  track: TrackOptions;
  logger: Logger;
}

const groupId = 'track';
/** Where tracks are may wait this long for company, what they did this long. */
const lingerMs = { rest: 250, urgent: 20 };

/**
 * Starts the track stage: a member of the consumer group `track` that reads `processed_images`, puts each camera's
 * results in order, follows what is in them, and writes `events` and `tracks`. Events, offsets and the state to go on with
 * are one transaction: after a crash no event is lost and none is there twice.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function startTrack({ brokers, track, logger }: StartTrackOptions): Promise<RunningPart> {
  const people = await openPeople(brokers, logger);
  try {
    const loop = await openOrderedLoop({
      brokers,
      groupId,
      instance: track.instance,
      desk: makeDesk(track, people.book, logger),
      stateTopic: topicNames.trackState,
      decodeState: decodeTrackState,
      lingerMs,
      logger,
    });
    const close = async () => {
      await loop.close();
      await people.close();
    };
    return { done: loop.done, close };
  } catch (cause) {
    await people.close();
    throw cause;
  }
}

async function openPeople(brokers: readonly string[], logger: Logger): Promise<PeopleReader> {
  const onInvalid = (error: VigilError) => logger.warn(describeError(error));
  const onInterruption = (error: unknown) => logger.warn(`${describeError(error)}; going on`);
  try {
    return await PeopleReader.open({ brokers, clientId: groupId, onInvalid, onInterruption });
  } catch (cause) {
    throw isFault(cause) ? cause : brokerFault(brokers, 'starting to follow tracks', cause);
  }
}

function makeDesk(options: TrackOptions, people: PeopleBook, logger: Logger): TrackDesk {
  const { follow, otherwise, atLeastOnce = [], scenes, settings } = options;
  return new TrackDesk({
    people,
    follow,
    ...(otherwise === undefined ? {} : { otherwise }),
    delivery: (detector): DeliveryKind => (atLeastOnce.includes(detector) ? 'at-least-once' : 'exactly-once'),
    scenes,
    settings: settings ?? defaultTrackerSettings,
    onGap(item) {
      const { type, ...about } = item;
      // Frames that never came are the ledger's to name: an urgent detector leaves many out.
      if (type === 'late') logger.warn(about, 'a result came after its frame was passed over');
      else if (item.reason === 'never-came') logger.debug(about, 'frames without a result were passed over');
      else logger.warn(about, 'too many results waited for these frames: they were passed over');
    },
  });
}
