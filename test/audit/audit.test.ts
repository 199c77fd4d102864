import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditReport } from '../../src/audit/audit-report.ts';
import { describeAudit } from '../../src/audit/describe-audit.ts';
import { runAudit } from '../../src/audit/run-audit.ts';
import { encodeDeadLetter } from '../../src/topics/dead-letter-record.ts';
import { encodeFrame } from '../../src/topics/frame-record.ts';
import { cameraPartition, framePartition } from '../../src/topics/partitioning.ts';
import { encodeSkipStatement, skipStatement } from '../../src/topics/skip-statement.ts';
import { encodeStartStatement } from '../../src/topics/start-statement.ts';
import { topicNames } from '../../src/topics/topic-names.ts';
import {
  auditOf,
  brokerFor,
  camera,
  capturedAtUs,
  detector,
  frame,
  partitions,
  publishAborted,
  removeBefore,
  Scene,
  session,
  statement,
} from './scene.ts';

const id = (number: number) => `${camera}/${session}/${number}`;
const resultId = (number: number) => `${id(number)}/${detector}`;

/** The findings as kind → what is named. */
function found(report: AuditReport): Record<string, string[]> {
  return Object.fromEntries(
    report.findings.map(({ kind, named }) => [kind, named.map((at) => `${at.id}${at.ref ? ` ${at.ref}` : ''}`)]),
  );
}

test('frames in = results out adds up', async (t) => {
  const report = await auditOf(t, new Scene());
  assert.deepEqual(report.findings, []);
  assert.equal(report.addsUp, true);
  const [row] = report.sessions;
  assert.deepEqual([row?.captured, row?.published, row?.inLog, row?.missing], [30, 30, 30, 0]);
  const [{ results, failed, waiting, missing, doubled } = assert.fail('no detector')] = row?.detectors ?? [];
  assert.deepEqual(
    { results, failed, waiting, missing, doubled },
    { results: 30, failed: 0, waiting: 0, missing: 0, doubled: 0 },
  );
  assert.match(describeAudit(report), /It adds up/);
});

test('a deleted frame record is found, with the record after which it belongs', async (t) => {
  const scene = new Scene();
  scene.removeFrame(16);
  scene.removeResult(16);
  const report = await auditOf(t, scene);
  assert.deepEqual(found(report), { 'missing-frame': [`${id(16)} ${scene.place(13)}`] });
  assert.match(describeAudit(report), new RegExp(`${id(16)}  ${scene.place(13)}`));
});

test('frames missing at the end are found by what capture stated', async (t) => {
  const scene = new Scene();
  for (const number of [28, 29]) {
    scene.removeFrame(number);
    scene.removeResult(number);
  }
  const report = await auditOf(t, scene);
  assert.deepEqual(found(report), {
    'missing-frame': [`${id(28)} ${scene.place(25)}`, `${id(29)} ${scene.place(26)}`],
  });
});

test('a hole among the last frames is no loss of the log when they were never acknowledged', async (t) => {
  const scene = new Scene();
  scene.statements = [statement({ state: 'running', captured: 29, published: 27 })];
  scene.removeFrame(28);
  scene.removeResult(28);
  const report = await auditOf(t, scene);
  assert.deepEqual(report.findings, []);
  assert.equal(report.sessions[0]?.unacknowledged, 1);
  assert.match(describeAudit(report), /1 frames that capture sent last were never acknowledged/);
});

test('a hole is found when it was acknowledged, or when a later frame lies behind it in its partition', async (t) => {
  const acknowledged = new Scene();
  acknowledged.statements = [statement({ state: 'running', captured: 30, published: 29 })];
  acknowledged.removeFrame(28);
  acknowledged.removeResult(28);
  assert.deepEqual(Object.keys(found(await auditOf(t, acknowledged))), ['missing-frame']);

  const followed = new Scene();
  followed.statements = [statement({ state: 'running', captured: 30, published: 20 })];
  followed.removeFrame(23);
  followed.removeResult(23);
  assert.deepEqual(Object.keys(found(await auditOf(t, followed))), ['missing-frame']);
});

test('frames that had no answer when capture closed and are there all the same are no mismatch; others are', async (t) => {
  const scene = new Scene();
  scene.statements = [statement({ captured: 30, published: 28, lost: { 'buffer-full': 2 }, unanswered: 2 })];
  const report = await auditOf(t, scene);
  assert.deepEqual(report.findings, []);
  assert.match(describeAudit(report), /2 of them were sent, and had no answer when capture closed; the log holds 2/);

  const lying = new Scene();
  lying.statements = [statement({ captured: 30, published: 28, lost: { 'buffer-full': 2 }, unanswered: 1 })];
  assert.deepEqual(Object.keys(found(await auditOf(t, lying))), ['wrong-statement']);
});

test('a frame that stands in the log twice is found', async (t) => {
  const scene = new Scene();
  scene.frames.push(frame(7));
  const partition = framePartition(camera, 7, partitions);
  const report = await auditOf(t, scene);
  assert.deepEqual(found(report), { 'doubled-frame': [`${id(7)} ${topicNames.rawVideoFrames}/${partition}/10`] });
  assert.match(describeAudit(report), new RegExp(`first at ${scene.place(7)}`));
});

test('a doubled result is found by its offset', async (t) => {
  const scene = new Scene();
  scene.answer(11);
  const report = await auditOf(t, scene);
  const [named] = found(report)['doubled-result'] ?? [];
  assert.match(named ?? '', new RegExp(`^${resultId(11)} processed_images/\\d/30$`));
  assert.equal(report.sessions[0]?.detectors[0]?.doubled, 1);
});

test('a missing result is found when its frame was committed, and waits when it was not', async (t) => {
  const scene = new Scene();
  scene.removeResult(5);
  const report = await auditOf(t, scene);
  assert.deepEqual(found(report), { 'missing-result': [`${resultId(5)} ${scene.place(5)}`] });

  const running = new Scene();
  running.committed = [9, 9, 9];
  for (const number of [27, 28, 29]) running.removeResult(number);
  const live = await auditOf(t, running);
  assert.deepEqual(live.findings, []);
  assert.equal(live.sessions[0]?.detectors[0]?.waiting, 3);
});

test('a detector that the configuration names and that has not begun waits for every frame', async (t) => {
  const report = await auditOf(t, new Scene(), { expected: () => ['faces@1'] });
  assert.deepEqual(report.findings, []);
  const faces = report.sessions[0]?.detectors.find((each) => each.detector === 'faces@1');
  assert.equal(faces?.waiting, 30);
});

test('a result for a frame that never was is found', async (t) => {
  const scene = new Scene();
  scene.answer(77);
  const [named] = found(await auditOf(t, scene))['result-without-frame'] ?? [];
  assert.match(named ?? '', new RegExp(`^${resultId(77)} processed_images/\\d/30$`));
});

test('statements whose counts do not fit are found', async (t) => {
  const few = new Scene();
  few.statements = [statement({ captured: 28, published: 28 })];
  assert.deepEqual(found(await auditOf(t, few)), { 'wrong-statement': [`${camera}/${session}`] });
  const lossy = new Scene();
  lossy.statements = [statement({ captured: 33, lost: { 'disk-full': 2 } })];
  const report = await auditOf(t, lossy);
  assert.match(report.findings[0]?.named[0]?.detail ?? '', /33 captured, but 30 published and 2 lost/);
  const unstated = new Scene();
  unstated.statements = [];
  assert.deepEqual(found(await auditOf(t, unstated)), { 'unstated-session': [`${camera}/${session}`] });
});

test('losses at capture are named and add up; a session that was cut short is no mismatch', async (t) => {
  const scene = new Scene();
  scene.statements = [
    statement({ captured: 35, lost: { 'disk-full': 3, 'retention-hold': 2 } }),
    statement({
      session: 'later',
      live: true,
      state: 'running',
      captured: 0,
      published: 0,
      gap: {
        after: session,
        fromUs: capturedAtUs,
        toUs: capturedAtUs + 6_000_000,
        reason: 'source',
        code: 'SOURCE_SILENT',
      },
    }),
  ];
  const report = await auditOf(t, scene);
  assert.deepEqual(report.findings, []);
  const text = describeAudit(report);
  assert.match(text, /3 lost at capture: disk-full/);
  assert.match(text, /2 lost at capture: retention-hold/);
  assert.match(text, /nothing captured from .* to .*: source \(SOURCE_SILENT\)/);
});

test('a result whose picture or reference is not that of its frame is found', async (t) => {
  const scene = new Scene();
  const other = scene.results[4] ?? assert.fail('no result');
  other.jpeg = Buffer.from('picture 5');
  const lost = scene.results[9] ?? assert.fail('no result');
  lost.change = { frameRef: scene.place(10) };
  const report = await auditOf(t, scene);
  assert.match(found(report)['wrong-picture']?.join() ?? '', new RegExp(`^${resultId(4)} processed_images/\\d/4$`));
  assert.match(found(report)['wrong-reference']?.join() ?? '', new RegExp(`^${resultId(9)} processed_images/\\d/9$`));
  assert.equal(report.findings.length, 2);
});

test('results without pictures are compared by reference alone', async (t) => {
  const scene = new Scene();
  for (const each of scene.results) each.jpeg = Buffer.alloc(0);
  assert.deepEqual((await auditOf(t, scene)).findings, []);
});

test('failed results are counted by code, and each needs its dead letter', async (t) => {
  const error = { code: 'FRAME_UNDECODABLE', message: 'no JPEG' };
  const scene = new Scene();
  for (const number of [3, 4]) (scene.results[number] ?? assert.fail('no result')).change = { error };
  const record = encodeFrame(frame(3), partitions);
  const read = { topic: record.topic, partition: 0, offset: 0n, timestampMs: 0, key: null, value: record.value };
  scene.others.push(encodeDeadLetter({ ...read, headers: record.headers }, detector, error));
  const report = await auditOf(t, scene);
  assert.deepEqual(found(report), { 'missing-dead-letter': [`${resultId(4)} ${scene.place(4)}`] });
  assert.deepEqual(report.sessions[0]?.detectors[0]?.failedByCode, { FRAME_UNDECODABLE: 2 });
});

test('a detector owes nothing for what lies before the place where it was told to begin', async (t) => {
  const begun = new Scene();
  for (let number = 0; number < 12; number++) begun.removeResult(number);
  const offsets = { 0: 4, 1: 4, 2: 4 };
  const about = { detector, topic: topicNames.rawVideoFrames, statedAtUs: capturedAtUs };
  begun.others.push(encodeStartStatement({ ...about, offsets }));
  begun.removeResult(12);
  const report = await auditOf(t, begun);
  assert.deepEqual(found(report), { 'missing-result': [`${resultId(12)} ${begun.place(12)}`] });
  assert.equal(report.sessions[0]?.detectors[0]?.before, 12);
});

test('skipped frames count as answered; one that is answered too, or never was, is found', async (t) => {
  const about = {
    ...{ camera, session, detector, topic: topicNames.rawVideoFrames, partition: 0, firstOffset: 2, lastOffset: 4 },
    ...{ skippedAtUs: capturedAtUs, reason: 'max-lag' as const },
  };
  const good = new Scene();
  for (const number of [6, 9, 12]) good.removeResult(number);
  good.others.push(encodeSkipStatement(skipStatement(about, [6, 9, 12])));
  const report = await auditOf(t, good);
  assert.deepEqual(report.findings, []);
  assert.equal(report.sessions[0]?.detectors[0]?.skipped, 3);

  const bad = new Scene();
  bad.others.push(encodeSkipStatement(skipStatement(about, [6, 600])));
  const findings = found(await auditOf(t, bad));
  assert.deepEqual(findings['skipped-and-answered'], [`${resultId(6)} ${bad.place(6)}`]);
  assert.match(findings['skip-without-frame']?.join() ?? '', new RegExp(`^${resultId(600)} ledger/0/`));
});

test('records that break the contract are named', async (t) => {
  const scene = new Scene();
  for (const topic of [topicNames.rawVideoFrames, topicNames.processedImages, topicNames.ledger]) {
    scene.others.push({ topic, partition: 0, key: 'x', value: Buffer.from('{}'), headers: new Map() });
  }
  const report = await auditOf(t, scene);
  assert.equal(report.addsUp, false);
  assert.equal(report.findings.find(({ kind }) => kind === 'invalid-record')?.count, 3);
});

test('one camera alone is counted, and others are not even named', async (t) => {
  const scene = new Scene();
  scene.frames.push(frame(0, { camera: 'door' }), frame(2, { camera: 'door' }));
  const report = await auditOf(t, scene, { camera });
  assert.deepEqual(report.findings, []);
  assert.deepEqual(
    report.sessions.map((each) => each.camera),
    [camera],
  );
});

test('what retention has removed is said, and is no loss; a hole behind it is one', async (t) => {
  const broker = await brokerFor(t);
  const brokers = [broker.bootstrap];
  const scene = new Scene();
  scene.removeFrame(16);
  scene.removeResult(16);
  scene.removeResult(26);
  await scene.publish(brokers);
  await removeBefore(brokers, topicNames.rawVideoFrames, [2, 4, 3]);
  const report = await runAudit({ brokers });
  assert.deepEqual(found(report), {
    'missing-frame': [`${id(16)} ${scene.place(13)}`],
    'missing-result': [`${resultId(26)} ${scene.place(26)}`],
  });
  assert.equal(report.sessions[0]?.removed, 9);
  assert.equal(report.sessions[0]?.detectors[0]?.unchecked, 9);
  assert.match(describeAudit(report), /raw_video_frames is counted from offsets 0\/2, 1\/4, 2\/3/);

  const results = topicNames.processedImages;
  const partition = cameraPartition(camera, partitions);
  await removeBefore(
    brokers,
    results,
    [0, 1, 2].map((each) => (each === partition ? 18 : 0)),
  );
  const later = await runAudit({ brokers });
  assert.deepEqual(found(later)['missing-result'], [`${resultId(26)} ${scene.place(26)}`]);
  assert.ok((later.sessions[0]?.detectors[0]?.removed ?? 0) > 0);
});

test('results of a transaction that was given up are no results', async (t) => {
  const broker = await brokerFor(t);
  const brokers = [broker.bootstrap];
  const scene = new Scene();
  const again = scene.records().filter(({ topic }) => topic === topicNames.processedImages);
  scene.removeResult(8);
  await scene.publish(brokers);
  await publishAborted(brokers, again);
  assert.deepEqual(found(await runAudit({ brokers })), {
    'missing-result': [`${resultId(8)} ${scene.place(8)}`],
  });
});

test('only what was written from a moment on is counted', async (t) => {
  const broker = await brokerFor(t);
  const brokers = [broker.bootstrap];
  await new Scene().publish(brokers);
  const report = await runAudit({ brokers, sinceMs: Date.now() + 3_600_000 });
  assert.deepEqual(report.findings, []);
  assert.equal(report.sessions[0]?.inLog, 0);
});

test('an address without topics of Vigil adds up to nothing', async (t) => {
  const broker = await brokerFor(t);
  const report = await runAudit({ brokers: [broker.bootstrap] });
  assert.deepEqual([report.addsUp, report.sessions, report.records], [true, [], 0]);
});
