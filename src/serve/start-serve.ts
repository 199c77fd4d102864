import { readFileSync } from 'node:fs';
import { type Clock, systemClock, wallClockUs } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { Asker } from '../stage/ask/asker.ts';
import type { RunningPart } from '../stage/part.ts';
import { openRecordConsumer } from '../stage/record-consumer.ts';
import { openRecordProducer, type RecordProducer } from '../stage/record-producer.ts';
import type { RunningStore, StoreSettings } from '../store/start-store.ts';
import { startStoreThread } from '../store/store-thread.ts';
import type { LedgerSnapshot } from '../topics/camera-account.ts';
import type { HelloMessage, SnapshotMessage } from '../topics/live-message.ts';
import type { Scene } from '../topics/scene.ts';
import { AccountFeed } from './account-feed.ts';
import { followAlarms } from './alarm-metrics.ts';
import { CheckpointWriter } from './checkpoint-writer.ts';
import { GroupFeed, type GroupFeedOptions, type ServedGroup } from './group-feed.ts';
import { createHttpServer, listen } from './http-server.ts';
import { LiveHub } from './live-hub.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { builtPageDirectory } from './page-files.ts';
import { startSnapshotTicker } from './snapshot-ticker.ts';
import type { Enroll } from './stored/enroll-route.ts';
import { LogWriter } from './stored/log-writer.ts';
import type { OpenConsumer } from './topic-reader.ts';
import { TrackFeed } from './track-feed.ts';

export interface ServeOptions {
  brokers: string[];
  http: { host: string; port: number };
  /** Detector ids (`name@version`) by camera; a camera that is not named expects, in each session, those that have looked at it. */
  expectedDetectors?: Record<string, string[]>;
  /**
   * Count every session opened from here on, milliseconds since 1970: the start of the run, the same again when this
   * part is restarted. Left out: the sessions of the run that was stated last.
   */
  sinceMs?: number;
  /** The groups of detectors whose lag is shown. */
  groups?: readonly ServedGroup[];
  /** What is kept of the frames, where Vigil and not the broker deletes them; left out: what the topic's configs say. */
  limits?: GroupFeedOptions['limits'];
  /** Warn when retention would delete frames that a complete group has not read within this time. */
  horizonSeconds?: number;
  logger: Logger;
  /** About five times per second while something changes, once per second otherwise. */
  onSnapshot?: (snapshot: LedgerSnapshot) => void;
  title?: string;
  /** Shown on the page: which model is used, whose footage this is. */
  notices?: string[];
  /** Zones, lines and masks by camera. */
  scenes?: Record<string, Scene>;
  /** Whether the numbers of tracks are shown with the frames. */
  tracks?: boolean;
  /** Whether alarms and deliveries are measured. */
  alarms?: boolean;
  /** Where events, alarms and people are kept; left out: nowhere. */
  store?: Omit<StoreSettings, 'brokers'>;
  /** Takes photos of people up; left out: this server enrols nobody. */
  enroll?: Enroll;
  /** The store itself; in a thread of its own when left out. */
  openStore?: () => RunningStore;
  /** Where records come from; Kafka when left out. */
  openConsumer?: OpenConsumer;
  /** Where what the server has to say goes; Kafka when records come from there, else nowhere. */
  openProducer?: () => Promise<Pick<RecordProducer, 'send' | 'close'>>;
  /** Where the lag is read; Kafka when left out. */
  openLagSource?: GroupFeedOptions['openSource'];
  clock?: Clock;
  /** The built page. */
  pageDirectory?: string;
}

/**
 * Starts the page's server. It answers at once and says `connecting` until the broker is reached.
 *
 * @throws PORT_IN_USE, LISTEN_FAILED
 */
export async function startServe(options: ServeOptions): Promise<RunningPart & { url: string }> {
  const { clock = systemClock, logger } = options;
  const hub = new LiveHub();
  const closed = Promise.withResolvers<void>();
  let feed: AccountFeed | undefined;
  const snapshot = (): LedgerSnapshot => feed?.snapshot(clock.nowMs()) ?? { atMs: clock.nowMs(), cameras: [] };
  const groups = new GroupFeed({ ...groupOptions(options), clock });
  const metrics = createMetrics(
    snapshot,
    () => hub.clientCount,
    () => groups.accounts,
  );
  const openProducer = producerOf(options);
  const store = openStore(options);
  const writer = new LogWriter(openProducer);
  const server = await createHttpServer({
    host: options.http.host,
    hello: helloOf(options),
    pageDirectory: options.pageDirectory ?? builtPageDirectory,
    logger,
    hub,
    metrics,
    snapshot,
    groups: () => groups.accounts,
    notReadyReason: () => notReadyReason(feed, options),
    ...(options.openConsumer
      ? {}
      : { openAsker: () => Asker.open({ brokers: options.brokers, clientId: 'vigil-serve' }) }),
    ...(options.enroll ? { enroll: options.enroll } : {}),
    ...(store ? { stored: { ask: store.ask, publish: (records) => writer.publish(records) } } : {}),
  });
  const url = await listen(server, options.http).catch(async (error: unknown) => {
    await store?.close();
    throw error;
  });
  const tracks = openTracks(options, clock);
  const alarms = openAlarms(options, clock, metrics);
  feed = openFeed(options, clock, { hub, metrics, groups, tracks });
  const checkpoints = openProducer && openCheckpoints(options, clock, feed, openProducer);
  const stopTicking = keepTelling({ feed, hub, groups, store }, options, clock);
  let closing: Promise<void> | undefined;
  const close = async () => {
    stopTicking();
    await checkpoints?.close();
    await Promise.all([
      feed.close(),
      tracks?.close(),
      alarms?.close(),
      groups.close(),
      server.close(),
      store?.close(),
      writer.close(),
    ]);
    closed.resolve();
  };
  return {
    url,
    done: closed.promise,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function openTracks(
  { tracks = false, brokers, openConsumer = openRecordConsumer, logger }: ServeOptions,
  clock: Clock,
) {
  return tracks ? new TrackFeed({ brokers, open: openConsumer, clock, logger }) : undefined;
}

function openAlarms(
  { alarms = false, brokers, openConsumer = openRecordConsumer, logger }: ServeOptions,
  clock: Clock,
  { registry }: Metrics,
) {
  return alarms ? followAlarms({ brokers, registry, open: openConsumer, clock, logger }) : undefined;
}

interface Hearers {
  hub: LiveHub;
  metrics: Metrics;
  groups: GroupFeed;
  tracks: TrackFeed | undefined;
}

function openFeed(options: ServeOptions, clock: Clock, { hub, metrics, groups, tracks }: Hearers): AccountFeed {
  const { brokers, expectedDetectors, sinceMs, openConsumer = openRecordConsumer, logger } = options;
  return new AccountFeed({
    brokers,
    ...(expectedDetectors === undefined ? {} : { expectedDetectors }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    open: openConsumer,
    clock,
    nowUs: clock === systemClock ? wallClockUs : () => clock.nowMs() * 1000,
    logger,
    onResult(seen) {
      // The browser first: every microsecond before it is latency.
      hub.see(tracks ? { ...seen, tracks: tracks.placesBefore(seen.result.frame) } : seen);
      metrics.sawResult(seen);
      if (!seen.isHistory) groups.sawResult(seen.result);
    },
    onModelServer: metrics.sawModelServer,
    onOrderGap: metrics.sawOrderGap,
    onInvalidRecord: metrics.sawInvalidRecord,
  });
}

type OpenProducer = NonNullable<ServeOptions['openProducer']>;

/** Where records come from others go too. */
function producerOf({ openConsumer, openProducer, brokers }: ServeOptions): OpenProducer | undefined {
  return openConsumer ? openProducer : () => openRecordProducer({ brokers, clientId: 'vigil-serve' });
}

function openStore({ openStore: open, store, brokers, logger }: ServeOptions): RunningStore | undefined {
  return open?.() ?? (store && startStoreThread({ brokers, ...store }, logger));
}

function openCheckpoints(
  { logger }: ServeOptions,
  clock: Clock,
  feed: AccountFeed,
  open: OpenProducer,
): CheckpointWriter {
  return new CheckpointWriter({ clock, logger, open, take: () => feed.checkpoint() });
}

interface Told {
  feed: AccountFeed;
  hub: LiveHub;
  groups: GroupFeed;
  store: RunningStore | undefined;
}

function keepTelling({ feed, hub, groups, store }: Told, options: ServeOptions, clock: Clock): () => void {
  return startSnapshotTicker<SnapshotMessage>({
    clock,
    revision: () => feed.revision + groups.revision + (store?.state.revision ?? 0),
    take: (nowMs) => ({
      type: 'snapshot',
      feed: feed.state,
      groups: groups.accounts,
      ...(store ? { store: store.state } : {}),
      ...feed.snapshot(nowMs),
    }),
    onSnapshot(message) {
      hub.tell(message);
      options.onSnapshot?.({ atMs: message.atMs, cameras: message.cameras });
    },
    onTick: () => hub.drain(),
  });
}

function groupOptions({ brokers, groups = [], limits, horizonSeconds = 0, openLagSource, logger }: ServeOptions) {
  return {
    brokers,
    groups,
    ...(limits ? { limits } : {}),
    horizonSeconds,
    ...(openLagSource ? { openSource: openLagSource } : {}),
    logger,
  };
}

function notReadyReason(
  feed: AccountFeed | undefined,
  { brokers, expectedDetectors }: ServeOptions,
): string | undefined {
  if (!feed || feed.state === 'connecting') return `waiting for the broker at ${brokers.join(', ')}`;
  const areCamerasExpected = Object.keys(expectedDetectors ?? {}).length > 0;
  return areCamerasExpected && !feed.hasSeenCamera ? 'waiting for the first word from a camera' : undefined;
}

function helloOf({ title = 'Vigil', notices = [], scenes }: ServeOptions): HelloMessage {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return { type: 'hello', version: manifest.version, title, notices, ...(scenes ? { scenes } : {}) };
}
