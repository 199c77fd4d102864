import type { Clock } from '../base/clock.ts';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { Ledger } from '../stage/ledger.ts';
import type { StartFrom } from '../stage/record-consumer.ts';
import type { LedgerSnapshot } from '../topics/camera-account.ts';
import type { TrackPlace } from '../topics/event-schema.ts';
import type { GapStatement } from '../topics/gap-statement.ts';
import { decodeLedgerRecord, type SessionStatement } from '../topics/ledger-record.ts';
import type { FeedState } from '../topics/live-message.ts';
import type { ModelServerStatement } from '../topics/model-server-statement.ts';
import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import { decodeResult, type Result, retryHeader } from '../topics/result-record.ts';
import type { SkipStatement } from '../topics/skip-statement.ts';
import { topicNames } from '../topics/topic-names.ts';
import {
  type AccountCheckpoint,
  checkpointKey,
  checkpointType,
  decodeCheckpoint,
  encodeCheckpoint,
  offsetsOf,
} from './account-checkpoint.ts';
import { CatchUp } from './catch-up.ts';
import { SessionRegister } from './session-register.ts';
import { SkipRegister } from './skip-register.ts';
import { type OpenConsumer, TopicReader, type TopicReaderOptions } from './topic-reader.ts';

/** A result as the page's server read it. */
export interface SeenResult {
  result: Result;
  /** Empty when results do not carry their frame. It may be a part of a large fetch: do not keep it for long. */
  jpeg: Buffer;
  /** Wall clock, microseconds since 1970; for a result older than this server, the time at which it was written. */
  readAtUs: number;
  isHistory: boolean;
  /** Where the camera's tracks were last. */
  tracks?: readonly TrackPlace[];
}

export interface AccountFeedOptions {
  brokers: readonly string[];
  expectedDetectors?: Readonly<Record<string, readonly string[]>>;
  /** Count sessions opened from here on; left out: those of the run that was stated last. */
  sinceMs?: number;
  open: OpenConsumer;
  clock: Clock;
  /** Wall clock, microseconds since 1970. */
  nowUs: () => number;
  logger: Logger;
  onResult: (seen: SeenResult) => void;
  /** A detector says how the server of its model is. */
  onModelServer?: (statement: ModelServerStatement) => void;
  onOrderGap?: (statement: GapStatement) => void;
  /** A record that breaks the message contract was left out. */
  onInvalidRecord: (topic: string) => void;
}

const quietMs = 500;
/** Clocks of the machines that capture and detect may differ by so much. */
const clockSkewMs = 60_000;

/**
 * Reads `ledger` from its beginning, then `processed_images` from where its newest checkpoint stood, or else from the
 * moment at which counting starts, and keeps the account by frame id: starting again means going on with the same
 * account, or counting again with the same outcome.
 */
export class AccountFeed {
  readonly #options: AccountFeedOptions;
  readonly #register = new SessionRegister();
  readonly #skips = new SkipRegister();
  readonly #checkpointKey: string;
  /** The newest one that was read from before this server. */
  #found: AccountCheckpoint | undefined;
  /** Where the results that are counted now began. */
  #start: AccountCheckpoint | undefined;
  /** Next offset of each partition of `processed_images`. */
  readonly #offsets = new Map<number, bigint>();
  readonly #statements: TopicReader;
  #statementsCatchUp: CatchUp | undefined;
  #results: TopicReader | undefined;
  #resultsCatchUp: CatchUp | undefined;
  #ledger: Ledger;
  /** Undefined until the statements have been read. */
  #countFromUs: number | undefined;
  #isClosed = false;
  #hasSeenCamera = false;
  #revision = 0;

  constructor(options: AccountFeedOptions) {
    this.#options = options;
    this.#checkpointKey = checkpointKey(options);
    this.#ledger = this.#ledgerOfCountedSessions();
    this.#statements = new TopicReader({
      ...this.#readerOf(topicNames.ledger, 'beginning'),
      onOpen: () => {
        this.#statementsCatchUp ??= this.#catchUp(() => this.#count(this.#firstMomentUs()));
        this.#revision++;
      },
      onRecord: (record) => this.#decoding(record, () => this.#addEntry(record)),
    });
  }

  get state(): FeedState {
    if (!this.#statementsCatchUp) return 'connecting';
    return this.#resultsCatchUp && !this.#resultsCatchUp.isReadingHistory ? 'live' : 'recounting';
  }

  /** True once a statement of a counted session, or a result, was read. */
  get hasSeenCamera(): boolean {
    return this.#hasSeenCamera;
  }

  /** Grows with everything that may change the snapshot, but for the passing of time. */
  get revision(): number {
    return this.#revision;
  }

  snapshot(nowMs: number): LedgerSnapshot {
    return this.#ledger.snapshot(nowMs);
  }

  /** The account as a record to start from; undefined while there is nothing new to keep. */
  checkpoint(): OutgoingRecord | undefined {
    if (this.#countFromUs === undefined || this.state !== 'live' || this.#offsets.size === 0) return undefined;
    const offsets = Object.fromEntries([...this.#offsets].map(([partition, offset]) => [partition, String(offset)]));
    const savedAtUs = this.#options.nowUs();
    const cameras = this.#ledger.save();
    return encodeCheckpoint(this.#checkpointKey, { countFromUs: this.#countFromUs, savedAtUs, offsets, cameras });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#statementsCatchUp?.close();
    this.#resultsCatchUp?.close();
    await Promise.all([this.#statements.close(), this.#results?.close()]);
  }

  #firstMomentUs(): number {
    const { sinceMs, nowUs } = this.#options;
    return sinceMs === undefined ? (this.#register.countFromUs() ?? nowUs()) : sinceMs * 1000;
  }

  /** Counts anew all sessions opened from this moment on. */
  #count(fromUs: number): void {
    this.#countFromUs = fromUs;
    this.#resultsCatchUp?.close();
    this.#resultsCatchUp = undefined;
    this.#start = undefined;
    this.#ledger = this.#ledgerOfCountedSessions();
    this.#results?.close().catch((error) => this.#options.logger.warn({ err: error }, 'closing a reader failed'));
    const found = this.#found;
    this.#start = found && this.#register.countsSame(found.countFromUs, fromUs) ? found : undefined;
    const from = this.#start ? { offsets: offsetsOf(this.#start) } : this.#resultsFrom(fromUs);
    this.#results = new TopicReader({
      ...this.#readerOf(topicNames.processedImages, from),
      onOpen: () => {
        // Opened again after a failure, the topic is read from the same place again: so is the account.
        this.#offsets.clear();
        if (this.#start) for (const [partition, offset] of offsetsOf(this.#start)) this.#offsets.set(partition, offset);
        this.#ledger = this.#ledgerOfCountedSessions();
        this.#resultsCatchUp?.close();
        this.#resultsCatchUp = this.#catchUp(() => this.#revision++);
      },
      onRecord: (record) => {
        this.#offsets.set(record.partition, record.offset + 1n);
        this.#decoding(record, () => this.#addResult(record));
      },
    });
  }

  #resultsFrom(fromUs: number): StartFrom {
    if (this.#register.wasClockSetSince(fromUs)) return 'beginning';
    return { timestampMs: Math.max(0, fromUs / 1000 - clockSkewMs) };
  }

  #addEntry(record: IncomingRecord): void {
    if (record.headers.get('ce_type') === checkpointType) {
      if (this.#countFromUs === undefined && record.key?.toString() === this.#checkpointKey)
        this.#found = decodeCheckpoint(record);
      return;
    }
    const entry = decodeLedgerRecord(record);
    if (entry?.kind === 'session') this.#addStatement(entry.statement);
    else if (entry?.kind === 'skip') this.#addSkip(entry.statement);
    else if (entry?.kind === 'gap') this.#options.onOrderGap?.(entry.statement);
    else if (entry?.kind === 'model-server') this.#options.onModelServer?.(entry.statement);
  }

  #addSkip(skip: SkipStatement): void {
    this.#skips.add(skip);
    if (this.#countFromUs === undefined || !this.#isCounted(skip)) return;
    this.#ledger.applySkip(skip);
    this.#revision++;
  }

  #addStatement(statement: SessionStatement): void {
    this.#register.add(statement);
    this.#statementsCatchUp?.saw(statement.statedAtUs / 1000);
    if (this.#countFromUs === undefined) return;
    if (statement.openedAtUs >= this.#countFromUs) {
      this.#ledger.applyStatement(statement);
      this.#hasSeenCamera = true;
      this.#revision++;
      return;
    }
    // A slow broker can hand out a running session only after counting began: then it begins again, further back.
    const fromUs = this.#firstMomentUs();
    if (fromUs < this.#countFromUs) this.#count(fromUs);
  }

  #addResult(record: IncomingRecord): void {
    const { clock, nowUs, onResult } = this.#options;
    const result = decodeResult(record);
    this.#resultsCatchUp?.saw(record.timestampMs);
    // The frame's first result counts, a failed one too; what a replay says of past frames is in nobody's account.
    if (result.replay || record.headers.has(retryHeader) || !this.#isCounted(result.frame)) return;
    const isHistory = this.#resultsCatchUp?.isReadingHistory ?? false;
    const readAtUs = isHistory ? Math.min(record.timestampMs, clock.nowMs()) * 1000 : nowUs();
    this.#ledger.applyResult(result, readAtUs);
    this.#hasSeenCamera = true;
    this.#revision++;
    onResult({ result, jpeg: record.value, readAtUs, isHistory });
  }

  /** A session of which no statement was read yet is a new one. */
  #isCounted({ camera, session: id }: Pick<SkipStatement, 'camera' | 'session'>): boolean {
    const session = this.#register.find(camera, id);
    return !session || session.openedAtUs >= (this.#countFromUs ?? 0);
  }

  #ledgerOfCountedSessions(): Ledger {
    const { expectedDetectors } = this.#options;
    const ledger = new Ledger({
      ...(expectedDetectors === undefined ? {} : { expectedDetectors }),
      ...(this.#start === undefined ? {} : { saved: this.#start.cameras }),
    });
    const counted = this.#countFromUs === undefined ? [] : this.#register.openedFrom(this.#countFromUs);
    for (const statement of counted) ledger.applyStatement(statement);
    if (this.#countFromUs !== undefined)
      for (const skip of this.#skips.all()) if (this.#isCounted(skip)) ledger.applySkip(skip);
    this.#hasSeenCamera ||= counted.length > 0;
    this.#revision++;
    return ledger;
  }

  #catchUp(onCaughtUp: () => void): CatchUp {
    return new CatchUp({ clock: this.#options.clock, quietMs, onCaughtUp });
  }

  #readerOf(topic: string, from: StartFrom): Omit<TopicReaderOptions, 'onOpen' | 'onRecord'> {
    const { brokers, open, clock, logger } = this.#options;
    const onTrouble = (error: unknown) => logger.warn(`reading ${topic}: ${describeError(error)}`);
    return {
      consumer: { brokers, clientId: 'vigil-serve', topics: [topic], from, onInterruption: onTrouble },
      open,
      clock,
      onTrouble,
    };
  }

  /** A record that breaks the contract is named and left out; whatever wrote it must not stop the page. */
  #decoding(record: IncomingRecord, apply: () => void): void {
    if (this.#isClosed) return;
    try {
      apply();
    } catch (error) {
      if (!isFault(error, 'RECORD_INVALID')) throw error;
      this.#options.onInvalidRecord(record.topic);
      this.#options.logger.warn(describeError(error));
    }
  }
}
