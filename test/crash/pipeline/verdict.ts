import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditReport } from '../../../src/audit/audit-report.ts';
import { describeAudit } from '../../../src/audit/describe-audit.ts';
import { runAudit } from '../../../src/audit/run-audit.ts';
import { createLogger } from '../../../src/base/logger.ts';
import { detectorId, type JourneyConfig } from '../../../src/cli/config/journey-config.ts';
import { detectorsInUse, detectPart, expectedDetectors, trackPart } from '../../../src/cli/journey/part-plan.ts';
import { startDetect } from '../../../src/detect/start-detect.ts';
import type { RunningPart } from '../../../src/stage/part.ts';
import { startTrack } from '../../../src/track/start-track.ts';
import { expectedTracks, type Said, saidTracks } from './expected-tracks.ts';

/** So long may nothing change of what waits: on a busy machine much of it takes its time. */
const settlesWithinMs = 120_000;
const lookMs = 500;
/** Detectors and tracks run in this process too, and must keep up with their groups while it recounts. */
const restPerWork = 2;

export interface Verdict {
  report: AuditReport;
  frames: number;
  results: number;
  skipped: number;
  sessions: number;
  /** Time in which live cameras were not captured, as the ledger names it. */
  gapMs: number;
  tracks: number;
  events: number;
}

/**
 * Cameras are off: lets detectors and tracks come to the end of the log, then recounts.
 *
 * @throws when a frame is missing, doubled or waiting, or what was said of tracks is not what an undisturbed run says
 */
export async function judge(brokers: string[], config: JourneyConfig): Promise<Verdict> {
  const logger = createLogger('judge', { level: 'error' });
  const parts: RunningPart[] = [];
  const ownsBroker = config.brokers === 'embedded';
  try {
    for (const detector of detectorsInUse(config)) {
      const { detector: options } = detectPart(config, detector, brokers, { ownsBroker });
      parts.push(await startDetect({ brokers, detector: options, cacheDir: config.dataDir, logger }));
    }
    parts.push(await startTrack({ brokers, track: trackPart(config, brokers, { ownsBroker }).track, logger }));
    const report = await untilNothingWaits(brokers, config);
    assert.ok(report.addsUp, describeAudit(report));
    const said = await compareTracks(brokers, config);
    assertGapsAreNamed(report, config);
    return summary(report, said);
  } finally {
    await Promise.all(parts.map((part) => part.close()));
  }
}

async function untilNothingWaits(brokers: string[], config: JourneyConfig): Promise<AuditReport> {
  const expected = expectedDetectors(config);
  let deadline = 0;
  let least = Number.POSITIVE_INFINITY;
  for (;;) {
    const startedMs = performance.now();
    const report = await runAudit({ brokers, expected: (camera) => expected[camera] ?? [] });
    const workMs = performance.now() - startedMs;
    const detectors = report.sessions.flatMap((session) => session.detectors);
    const waiting = detectors.reduce((sum, each) => sum + each.waiting, 0);
    if (waiting === 0 || !report.addsUp) return report;
    if (waiting < least) deadline = performance.now() + settlesWithinMs;
    least = Math.min(least, waiting);
    assert.ok(performance.now() < deadline, `frames wait for ever:\n${describeAudit(report)}`);
    await delay(Math.max(lookMs, restPerWork * workMs));
  }
}

async function compareTracks(brokers: string[], config: JourneyConfig): Promise<Said> {
  const [followed] = config.detectors;
  assert.ok(followed);
  const { scenes } = trackPart(config, brokers).track;
  const deadline = performance.now() + settlesWithinMs;
  const expected = await expectedTracks({ brokers }, { detector: detectorId(followed), scenes });
  for (;;) {
    const said = await saidTracks({ brokers });
    if (countOf(said.tracks) >= countOf(expected.tracks) && countOf(said.events) >= countOf(expected.events)) {
      assertSame(said, expected);
      return said;
    }
    if (performance.now() > deadline) assertSame(said, expected);
    await delay(lookMs);
  }
}

/** First by name, since a whole list says little when it differs. */
function assertSame(said: Said, expected: Said): void {
  assert.deepEqual([...said.tracks.keys()].sort(), [...expected.tracks.keys()].sort());
  for (const [camera, list] of expected.tracks) {
    const frames = (each: Said) => (each.tracks.get(camera) ?? []).map(({ session, frame }) => `${session}/${frame}`);
    assert.equal(firstDifference(frames(said), frames(expected)), undefined, `the tracks of ${camera}`);
    assert.deepEqual(said.tracks.get(camera), list);
  }
  for (const [camera, list] of expected.events) {
    const ids = (each: Said) => (each.events.get(camera) ?? []).map(({ id }) => id);
    assert.equal(firstDifference(ids(said), ids(expected)), undefined, `the events of ${camera}`);
    assert.deepEqual(said.events.get(camera), list);
  }
}

function firstDifference(found: readonly string[], expected: readonly string[]): string | undefined {
  const length = Math.max(found.length, expected.length);
  for (let index = 0; index < length; index++) {
    if (found[index] === expected[index]) continue;
    const around = (list: readonly string[]) => list.slice(Math.max(0, index - 2), index + 4).join(', ');
    return `at ${index} of ${expected.length} (found ${found.length}): ${around(found)} instead of ${around(expected)}`;
  }
  return undefined;
}

/** Whenever a live camera's capture was away, the session after it says from when to when. */
function assertGapsAreNamed({ sessions }: AuditReport, config: JourneyConfig): void {
  for (const { id, source } of config.cameras) {
    if (source !== 'testsrc') continue;
    const ofCamera = sessions.filter(({ camera }) => camera === id);
    const named = ofCamera.filter(({ gap }) => gap && gap.toUs >= gap.fromUs);
    assert.equal(named.length, ofCamera.length - 1, `not every gap of ${id} is named: ${JSON.stringify(ofCamera)}`);
  }
}

function summary(report: AuditReport, said: Said): Verdict {
  const detectors = report.sessions.flatMap((session) => session.detectors);
  const gaps = report.sessions.flatMap(({ gap }) => (gap ? [gap.toUs - gap.fromUs] : []));
  const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
  return {
    report,
    frames: sum(report.sessions.map(({ inLog }) => inLog)),
    results: sum(detectors.map(({ results }) => results)),
    skipped: sum(detectors.map(({ skipped }) => skipped)),
    sessions: report.sessions.length,
    gapMs: Math.round(sum(gaps) / 1000),
    tracks: countOf(said.tracks),
    events: countOf(said.events),
  };
}

function countOf(lists: ReadonlyMap<string, readonly unknown[]>): number {
  return [...lists.values()].reduce((sum, list) => sum + list.length, 0);
}
