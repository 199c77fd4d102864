import { readToEnd } from '../../../src/stage/read-to-end.ts';
import type { FrameTracks, TrackEvent } from '../../../src/topics/event-schema.ts';
import { decodeLedgerRecord, type SessionStatement, totalLost } from '../../../src/topics/ledger-record.ts';
import { type IncomingRecord, recordRef } from '../../../src/topics/record.ts';
import { decodeResult } from '../../../src/topics/result-record.ts';
import type { Scene } from '../../../src/topics/scene.ts';
import { topicNames } from '../../../src/topics/topic-names.ts';
import { CameraTracks, type SeenFrame } from '../../../src/track/camera-tracks.ts';
import { seenFrame } from '../../../src/track/track-desk.ts';
import { defaultTrackerSettings } from '../../../src/track/tracker.ts';

/** Of the topic of frames, as the scenario has it. */
export const inputPartitions = 6;

/** What the track stage says of each camera, in the order in which it said so. */
export interface Said {
  tracks: Map<string, FrameTracks[]>;
  events: Map<string, TrackEvent[]>;
}

export interface LogAt {
  brokers: readonly string[];
}

/** What lies on `tracks` and `events`. */
export async function saidTracks({ brokers }: LogAt): Promise<Said> {
  const tracks = await readValues<FrameTracks>(brokers, topicNames.tracks);
  const events = await readValues<TrackEvent>(brokers, topicNames.events);
  return { tracks: Map.groupBy(tracks, byCamera), events: Map.groupBy(events, byCamera) };
}

/** What an undisturbed stage would say of the results in the log: sessions after each other, frames in their order. */
export async function expectedTracks(
  { brokers }: LogAt,
  followed: { detector: string; scenes: Readonly<Record<string, Scene>> },
): Promise<Said> {
  const results = await readResults(brokers, followed.detector);
  const over = await sessionsThatAreOver(brokers);
  const said: Said = { tracks: new Map(), events: new Map() };
  for (const [camera, frames] of Map.groupBy(results, ({ frame }) => frame.camera)) {
    const scene = followed.scenes[camera] ?? { zones: [], lines: [], masks: [] };
    const settings = defaultTrackerSettings;
    const tracks = new CameraTracks({ camera, detector: followed.detector, scene, settings });
    const sessions = [...Map.groupBy(frames, ({ frame }) => frame.session)].sort(byPlace);
    const places: FrameTracks[] = [];
    const events: TrackEvent[] = [];
    for (const [index, [session, seen]] of sessions.entries()) {
      const isClosed = index < sessions.length - 1 || over.has(`${camera}/${session}`);
      tracks.beginSession(session);
      for (const each of isClosed ? inOrder(seen) : untilOneMayCome(inOrder(seen))) {
        events.push(...tracks.see(each));
        const at = tracks.framesTracks(each.frame);
        if (at) places.push(at);
      }
      if (isClosed) events.push(...tracks.endSession());
    }
    said.tracks.set(camera, places);
    said.events.set(camera, events);
  }
  return asRead(said);
}

function inOrder(seen: readonly SeenResult[]): SeenResult[] {
  return seen.toSorted((a, b) => a.frame.frame - b.frame.frame);
}

/**
 * Of a session that may go on: the results before the first frame that could still come. One whose partition holds a later frame
 * cannot; partitions take turns.
 */
function untilOneMayCome(seen: readonly SeenResult[]): SeenResult[] {
  const frames = new Set(seen.map(({ frame }) => frame.frame));
  const last = Math.max(...frames);
  const cannotCome = (frame: number): boolean => {
    for (let later = frame; later <= last; later += inputPartitions) if (frames.has(later)) return true;
    return false;
  };
  return seen.filter(({ frame }) => range(frame.frame).every(cannotCome));
}

function range(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index);
}

type SessionSeen = [session: string, frames: SeenResult[]];

/** Sessions lie one after the other in each partition, whatever the clock said; ids are times, and tell where none is shared. */
function byPlace([a, ofA]: SessionSeen, [b, ofB]: SessionSeen): number {
  const places = new Map(ofB.map(({ partition, offset }) => [partition, offset]));
  const shared = ofA.find(({ partition }) => places.has(partition));
  if (!shared) return a < b ? -1 : 1;
  return shared.offset < (places.get(shared.partition) ?? 0) ? -1 : 1;
}

function asRead(said: Said): Said {
  const plain = <T>(lists: Map<string, T[]>): Map<string, T[]> =>
    new Map(
      [...lists].filter(([, list]) => list.length > 0).map(([key, list]) => [key, JSON.parse(JSON.stringify(list))]),
    );
  return { tracks: plain(said.tracks), events: plain(said.events) };
}

interface SeenResult extends SeenFrame {
  /** Of the frame. */
  partition: number;
  offset: number;
}

async function readResults(brokers: readonly string[], detector: string): Promise<SeenResult[]> {
  const results: SeenResult[] = [];
  await readTopic(brokers, topicNames.processedImages, (record) => {
    if (record.headers.get('detector') !== detector) return;
    const result = decodeResult(record);
    const [, partition, offset] = result.frameRef.split('/').map(Number);
    results.push({ ...seenFrame(result, recordRef(record)), partition: partition ?? 0, offset: offset ?? 0 });
  });
  return results;
}

async function sessionsThatAreOver(brokers: readonly string[]): Promise<Set<string>> {
  const newest = new Map<string, SessionStatement>();
  await readTopic(brokers, topicNames.ledger, (record) => {
    const entry = decodeLedgerRecord(record);
    if (entry?.kind !== 'session') return;
    newest.set(`${entry.statement.camera}/${entry.statement.session}`, entry.statement);
  });
  const isOver = (each: SessionStatement) =>
    each.state !== 'opening' && each.state !== 'running' && each.captured === each.published + totalLost(each);
  return new Set([...newest].filter(([, statement]) => isOver(statement)).map(([id]) => id));
}

async function readValues<T>(brokers: readonly string[], topic: string): Promise<T[]> {
  const values: T[] = [];
  await readTopic(brokers, topic, ({ value }) => void values.push(JSON.parse(value.toString('utf8')) as T));
  return values;
}

async function readTopic(brokers: readonly string[], topic: string, onRecord: (record: IncomingRecord) => void) {
  await readToEnd({ brokers, clientId: 'referee', topic, from: 'beginning' }, onRecord);
}

function byCamera({ camera }: { camera: string }): string {
  return camera;
}
