import { readFileSync } from 'node:fs';
import { type Clock, systemClock, wallClockUs } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { RunningPart } from '../stage/part.ts';
import { openRecordConsumer } from '../stage/record-consumer.ts';
import type { LedgerSnapshot } from '../topics/camera-account.ts';
import type { HelloMessage, SnapshotMessage } from '../topics/live-message.ts';
import { AccountFeed } from './account-feed.ts';
import { createHttpServer, listen } from './http-server.ts';
import { encodeLiveFrame } from './live-frame.ts';
import { LiveHub } from './live-hub.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { builtPageDirectory } from './page-files.ts';
import { startSnapshotTicker } from './snapshot-ticker.ts';
import type { OpenConsumer } from './topic-reader.ts';

export interface ServeOptions {
  brokers: string[];
  http: { host: string; port: number };
  /** Detector ids (`name@version`) by camera; a camera that is not named expects each detector that was seen for it. */
  expectedDetectors?: Record<string, string[]>;
  /**
   * Count every session opened from here on, milliseconds since 1970: the start of the run, the same again when this
   * part is restarted. Left out: the sessions of the run that was stated last.
   */
  sinceMs?: number;
  logger: Logger;
  /** About five times per second while something changes, once per second otherwise. */
  onSnapshot?: (snapshot: LedgerSnapshot) => void;
  title?: string;
  /** Shown on the page: which model is used, whose footage this is. */
  notices?: string[];
  /** Where records come from; Kafka when left out. */
  openConsumer?: OpenConsumer;
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
  const metrics = createMetrics(snapshot, () => hub.clientCount);
  const server = await createHttpServer({
    host: options.http.host,
    hello: helloOf(options),
    pageDirectory: options.pageDirectory ?? builtPageDirectory,
    logger,
    hub,
    metrics,
    snapshot,
    notReadyReason: () => notReadyReason(feed, options),
  });
  const url = await listen(server, options.http);
  feed = openFeed(options, clock, hub, metrics);
  const stopTicking = keepTelling(feed, options, clock, hub);
  let closing: Promise<void> | undefined;
  const close = async () => {
    stopTicking();
    await Promise.all([feed.close(), server.close()]);
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

function openFeed(options: ServeOptions, clock: Clock, hub: LiveHub, metrics: Metrics): AccountFeed {
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
      hub.show(encodeLiveFrame(seen), seen.isHistory);
      metrics.sawResult(seen);
    },
    onInvalidRecord: metrics.sawInvalidRecord,
  });
}

function keepTelling(feed: AccountFeed, options: ServeOptions, clock: Clock, hub: LiveHub): () => void {
  return startSnapshotTicker<SnapshotMessage>({
    clock,
    revision: () => feed.revision,
    take: (nowMs) => ({ type: 'snapshot', feed: feed.state, ...feed.snapshot(nowMs) }),
    onSnapshot(message) {
      hub.tell(message);
      options.onSnapshot?.({ atMs: message.atMs, cameras: message.cameras });
    },
    onTick: () => hub.drain(),
  });
}

function notReadyReason(
  feed: AccountFeed | undefined,
  { brokers, expectedDetectors }: ServeOptions,
): string | undefined {
  if (!feed || feed.state === 'connecting') return `waiting for the broker at ${brokers.join(', ')}`;
  const areCamerasExpected = Object.keys(expectedDetectors ?? {}).length > 0;
  return areCamerasExpected && !feed.hasSeenCamera ? 'waiting for the first word from a camera' : undefined;
}

function helloOf({ title = 'Vigil', notices = [] }: ServeOptions): HelloMessage {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return { type: 'hello', version: manifest.version, title, notices };
}
