import type { Clock } from '../base/clock.ts';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { decodeFrameTracks } from '../topics/event-record.ts';
import type { FrameTracks, TrackPlace } from '../topics/event-schema.ts';
import type { FrameHeader } from '../topics/frame-record.ts';
import { topicNames } from '../topics/topic-names.ts';
import { type OpenConsumer, TopicReader } from './topic-reader.ts';

export interface TrackFeedOptions {
  brokers: readonly string[];
  open: OpenConsumer;
  clock: Clock;
  logger: Logger;
}

/** Where tracks were longer ago than this says nothing about a frame. */
const freshMs = 1500;

/** Follows `tracks` from now on, and knows where the tracks of each camera were last. */
export class TrackFeed {
  readonly #clock: Clock;
  readonly #reader: TopicReader;
  readonly #newest = new Map<string, { tracks: FrameTracks; atMs: number }>();

  constructor({ brokers, open, clock, logger }: TrackFeedOptions) {
    this.#clock = clock;
    const onTrouble = (error: unknown) => logger.debug(`reading ${topicNames.tracks}: ${describeError(error)}`);
    this.#reader = new TopicReader({
      consumer: {
        brokers,
        clientId: 'vigil-serve',
        topics: [topicNames.tracks],
        from: 'end',
        onInterruption: onTrouble,
      },
      open,
      clock,
      onOpen: () => {},
      onTrouble,
      onRecord: (record) => {
        try {
          const tracks = decodeFrameTracks(record);
          this.#newest.set(tracks.camera, { tracks, atMs: clock.nowMs() });
        } catch (error) {
          if (!isFault(error, 'RECORD_INVALID')) throw error;
          onTrouble(error);
        }
      },
    });
  }

  /** Where the tracks of a frame's camera were last; they follow the frames with a little delay. */
  placesBefore({ camera, session }: Pick<FrameHeader, 'camera' | 'session'>): TrackPlace[] {
    const newest = this.#newest.get(camera);
    if (newest?.tracks.session !== session || this.#clock.nowMs() - newest.atMs > freshMs) return [];
    return newest.tracks.tracks;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
