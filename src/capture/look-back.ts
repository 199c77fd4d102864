import { setTimeout as delay } from 'node:timers/promises';
import { redactSource } from '../base/secrets.ts';
import { offsetsOf, readToEnd } from '../stage/read-to-end.ts';
import { decodeFrameHeader } from '../topics/frame-record.ts';
import { decodeLedgerRecord, type SessionStatement } from '../topics/ledger-record.ts';
import { framePartition } from '../topics/partitioning.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { topicNames } from '../topics/topic-names.ts';
import type { CameraOptions } from './camera-options.ts';
import { openingAfter } from './session-id.ts';
import { looksLive } from './source.ts';

export interface LookBackOptions {
  brokers: readonly string[];
  /** Sessions that were opened earlier are over; left out: none are. */
  resumeSinceMs?: number;
}

/** What the log holds of a session. */
export interface PublishedFrames {
  /** The highest frame number that is there; −1: none is. */
  readonly last: number;
  has(frame: number): boolean;
}

/** What was before a camera's capture starts. */
export interface CameraPast {
  /** The newest session that the ledger knows. */
  previous?: SessionStatement;
  /** It is a film's, and capture died in the middle of it: what the log holds of it already. */
  published?: PublishedFrames;
  /** The next session opens no earlier, whatever the clock says; microseconds since 1970. */
  notBeforeUs?: number;
}

const clientId = 'vigil-capture';
const firstTailRecords = 16n;
const tailGrowth = 8n;
/** What a capture that was killed had sent reaches the log within this time. */
const settleMs = 250;
const openStates: readonly string[] = ['opening', 'running'];

/** @throws BROKER_UNREACHABLE */
export async function lookBack(camera: CameraOptions, options: LookBackOptions): Promise<CameraPast> {
  const previous = await newestSession(camera.id, options.brokers);
  const { resumeSinceMs = 0 } = options;
  const notBeforeUs = Math.max(resumeSinceMs * 1000, previous ? openingAfter(previous) : 0);
  if (!previous) return { notBeforeUs };
  const isOurs = previous.source === redactSource(camera.source) && previous.fps === camera.fps;
  const isFilm = !previous.live && !looksLive(camera.source) && !camera.loop;
  const isBroken = openStates.includes(previous.state) && previous.openedAtUs / 1000 >= resumeSinceMs;
  if (!isOurs || !isFilm || !isBroken) return { previous, notBeforeUs };
  const wasClockSet = previous.statedAtUs < previous.openedAtUs;
  return { previous, notBeforeUs, published: await findPublished({ ...previous, wasClockSet }, options.brokers) };
}

async function newestSession(camera: string, brokers: readonly string[]): Promise<SessionStatement | undefined> {
  let newest: SessionStatement | undefined;
  const known = new Set<string>();
  await readToEnd({ brokers, clientId, topic: topicNames.ledger, from: 'beginning' }, (record) => {
    const statement = statementIn(record);
    if (statement?.camera !== camera) return;
    // The place in the log tells which one is newer: a clock may have been set back in between.
    if (statement.session === newest?.session || !known.has(statement.session)) newest = statement;
    known.add(statement.session);
  });
  return newest;
}

function statementIn(record: IncomingRecord): SessionStatement | undefined {
  try {
    const entry = decodeLedgerRecord(record);
    return entry?.kind === 'session' ? entry.statement : undefined;
  } catch {
    // Anything may write to the topic.
    return undefined;
  }
}

type SessionName = Pick<SessionStatement, 'camera' | 'session' | 'openedAtUs'> & {
  /** Its frames may carry times before its opening. */
  wasClockSet?: boolean;
};

function startOf({ openedAtUs }: SessionName): { timestampMs: number } {
  return { timestampMs: openedAtUs / 1000 };
}

/**
 * Reads from the ends of the frames' partitions backwards until each has shown its last frame of a session. A camera's
 * requests follow each other, and a partition's part of one is there as a whole or not at all: in each partition the frames
 * of a session are there up to a last one, though not every partition need have got as far.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function findPublished(session: SessionName, brokers: readonly string[]): Promise<PublishedFrames> {
  const asked = { brokers, clientId, topic: topicNames.rawVideoFrames };
  const starts = await offsetsOf({ ...asked, from: session.wasClockSet ? 'beginning' : startOf(session) });
  const ends = await offsetsOf({ ...asked, from: 'end' });
  const found = new FoundFrames(session, ends.size);
  for (let tail = firstTailRecords; ; tail *= tailGrowth) {
    const froms = new Map([...ends].map(([partition, end]) => [partition, later(starts.get(partition), end - tail)]));
    for (const partition of found.partitionsSeen) froms.set(partition, ends.get(partition) ?? 0n);
    await readToEnd({ ...asked, from: { offsets: froms } }, (record) => found.saw(record));
    if ([...froms].every(([partition, from]) => from <= (starts.get(partition) ?? 0n) || found.hasSeen(partition)))
      break;
  }
  // A request that was under way when its sender was killed.
  await delay(settleMs);
  await readToEnd({ ...asked, from: { offsets: ends } }, (record) => found.saw(record));
  if (found.isSpreadOtherwise) await readToEnd({ ...asked, from: { offsets: starts } }, (record) => found.saw(record));
  return found;
}

function later(a: bigint = 0n, b: bigint): bigint {
  return a > b ? a : b;
}

class FoundFrames implements PublishedFrames {
  readonly #session: SessionName;
  readonly #partitions: number;
  readonly #lastOf = new Map<number, number>();
  readonly #frames = new Set<number>();
  /** The number of partitions has changed since: then only having seen a frame proves that it is there. */
  isSpreadOtherwise = false;

  constructor(session: SessionName, partitions: number) {
    this.#session = session;
    this.#partitions = partitions;
  }

  get last(): number {
    return Math.max(-1, ...this.#lastOf.values());
  }

  get partitionsSeen(): readonly number[] {
    return [...this.#lastOf.keys()];
  }

  hasSeen(partition: number): boolean {
    return this.#lastOf.has(partition);
  }

  has(frame: number): boolean {
    if (this.isSpreadOtherwise) return this.#frames.has(frame);
    const partition = framePartition(this.#session.camera, frame, this.#partitions);
    return frame <= (this.#lastOf.get(partition) ?? -1);
  }

  saw(record: IncomingRecord): void {
    const { camera, session } = this.#session;
    if (record.headers.get('camera') !== camera || record.headers.get('session') !== session) return;
    const { frame } = decodeFrameHeader(record);
    this.isSpreadOtherwise ||= framePartition(camera, frame, this.#partitions) !== record.partition;
    this.#lastOf.set(record.partition, Math.max(frame, this.#lastOf.get(record.partition) ?? -1));
    this.#frames.add(frame);
  }
}
