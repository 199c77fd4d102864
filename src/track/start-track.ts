import { randomUUID } from 'node:crypto';
import { describeError, isFault, type VigilError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { DeliveryKind } from '../stage/delivery.ts';
import { TransactionalProducer } from '../stage/kafka/transactional-producer.ts';
import { brokerFault } from '../stage/kafka-errors.ts';
import { ProgressSource } from '../stage/order/group-progress.ts';
import type { RunningPart } from '../stage/part.ts';
import type { PeopleBook } from '../stage/people/people-book.ts';
import { PeopleReader } from '../stage/people/people-reader.ts';
import { openGroupConsumer, openRecordConsumer } from '../stage/record-consumer.ts';
import { StateReader } from '../stage/state-reader.ts';
import type { Scene } from '../topics/scene.ts';
import { topicNames } from '../topics/topic-names.ts';
import { TrackDesk } from './track-desk.ts';
import { TrackLoop } from './track-loop.ts';
import { decodeTrackState, type TrackState } from './track-state.ts';
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
const transactionTimeoutMs = 10_000;

/**
 * Starts the track stage: a member of the consumer group `track` that reads `processed_images`, puts each camera's
 * results in order, follows what is in them, and writes `events` and `tracks`. Events, offsets and the state to go on with
 * are one transaction: after a crash no event is lost and none is there twice.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function startTrack({ brokers, track, logger }: StartTrackOptions): Promise<RunningPart> {
  const onInterruption = (error: unknown) => logger.warn(`${describeError(error)}; going on`);
  const common = { brokers, clientId: groupId, onInterruption };
  const instance = track.instance ?? randomUUID();
  const transactionalId = `${groupId}-${instance}`;
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    const statements = keep(await openRecordConsumer({ ...common, topics: [topicNames.ledger], from: 'beginning' }));
    const states = keep(await openStates(common, logger));
    const onInvalid = (error: VigilError) => logger.warn(describeError(error));
    const people = keep(await PeopleReader.open({ ...common, onInvalid }));
    const topics = {
      input: topicNames.rawVideoFrames,
      output: topicNames.processedImages,
      statements: topicNames.ledger,
    };
    const progress = keep(new ProgressSource({ ...common, ...topics }));
    const producer = keep(new TransactionalProducer({ ...common, transactionalId, timeoutMs: transactionTimeoutMs }));
    await producer.begin(onInterruption);
    const consumer = keep(
      await openGroupConsumer({
        ...common,
        groupId,
        topics: [topicNames.processedImages],
        from: 'committed',
        ...(track.instance === undefined ? {} : { groupInstanceId: track.instance }),
      }),
    );
    return new TrackLoop({
      groupId,
      desk: makeDesk(track, people.book, logger),
      people,
      consumer,
      producer,
      statements,
      states,
      progress,
      logger,
    });
  } catch (cause) {
    await Promise.all(opened.map((each) => each.close()));
    throw isFault(cause) ? cause : brokerFault(brokers, 'starting to follow tracks', cause);
  }
}

function openStates(
  options: { brokers: readonly string[]; clientId: string },
  logger: Logger,
): Promise<StateReader<TrackState>> {
  const onInvalid = (error: unknown) => logger.warn(describeError(error));
  return StateReader.open({ ...options, topic: topicNames.trackState, decode: decodeTrackState, onInvalid });
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
