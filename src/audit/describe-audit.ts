import { formatTimeUs } from '../topics/record.ts';
import type { AuditReport, DetectorReport, SessionReport } from './audit-report.ts';
import { type Finding, findingKinds } from './finding.ts';

const columns = [
  'camera',
  'session',
  'captured',
  'lost',
  'in log',
  'detector',
  'results',
  'failed',
  'skipped',
  'waiting',
  'missing',
  'doubled',
] as const;
/** Columns of words stand to the left, those of numbers to the right. */
const words: ReadonlySet<string> = new Set(['camera', 'session', 'detector']);
const printedPlaces = 20;

/** The report for people: a row for each session and detector, what retention has taken, and every finding. */
export function describeAudit(report: AuditReport): string {
  const lines = [
    ...table(report.sessions.flatMap(rowsOf)),
    ...report.sessions.flatMap(notesOf),
    ...removedNotes(report),
    ...report.findings.flatMap(findingLines),
    verdict(report),
  ];
  return lines.join('\n');
}

function rowsOf(session: SessionReport): string[][] {
  const lost = Object.values(session.lost ?? {}).reduce((sum, count) => sum + count, 0);
  const captured = session.captured === undefined ? '?' : String(session.captured);
  const head = [session.camera, session.session, captured, String(lost), String(session.inLog)];
  if (session.detectors.length === 0) return [[...head, '–', ...Array<string>(6).fill('')]];
  return session.detectors.map((each, index) => [...(index === 0 ? head : ['', '', '', '', '']), ...cellsOf(each)]);
}

function cellsOf(report: DetectorReport): string[] {
  const { detector, results, failed, skipped, waiting, missing, doubled } = report;
  return [detector, ...[results, failed, skipped, waiting, missing, doubled].map(String)];
}

function table(rows: readonly string[][]): string[] {
  const widths = columns.map((title, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return words.has(columns[index] ?? '') ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  return [line(columns), ...rows.map(line)];
}

/** Losses by reason, failures by code, gaps, and what is missing or removed, where there is any. */
function notesOf(session: SessionReport): string[] {
  const {
    lost = {},
    unanswered,
    published = 0,
    inLog,
    gap,
    removed,
    unacknowledged,
    missing,
    doubled,
    isCutShort,
  } = session;
  const id = `${session.camera}/${session.session}`;
  const notes = [
    ...Object.entries(lost).map(([reason, count]) => `${count} lost at capture: ${reason}`),
    ...(unanswered
      ? [
          `${unanswered} of them were sent, and had no answer when capture closed; the log holds ${Math.max(0, inLog - published)}`,
        ]
      : []),
    ...(gap ? [`nothing captured from ${formatTimeUs(gap.fromUs)} to ${formatTimeUs(gap.toUs)}: ${why(gap)}`] : []),
    ...(isCutShort ? ['capture ended without a last statement; its counts are older than its last frames'] : []),
    ...(unacknowledged > 0
      ? [`${unacknowledged} frames that capture sent last were never acknowledged, and are not there`]
      : []),
    ...(removed > 0 ? [`${removed} frames are older than what is counted, or were removed by retention`] : []),
    ...(missing > 0 ? [`${missing} frames missing`] : []),
    ...(doubled > 0 ? [`${doubled} frames doubled`] : []),
    ...session.detectors.flatMap(detectorNotes),
  ];
  return notes.map((note) => `${id}: ${note}`);
}

function why({ reason, code }: { reason: string; code?: string }): string {
  return code === undefined ? reason : `${reason} (${code})`;
}

function detectorNotes({ detector, failedByCode, before, removed, unchecked }: DetectorReport): string[] {
  return [
    ...Object.entries(failedByCode).map(([code, count]) => `${detector}: ${count} failed with ${code}`),
    ...(before > 0 ? [`${detector}: ${before} frames lie before the place where it was told to begin`] : []),
    ...(removed > 0 ? [`${detector}: ${removed} results were removed by retention`] : []),
    ...(unchecked > 0 ? [`${detector}: ${unchecked} results of frames that are not counted`] : []),
  ];
}

function removedNotes({ partitions }: AuditReport): string[] {
  const byTopic = new Map<string, string[]>();
  for (const { topic, partition, from, isCutOff } of partitions) {
    if (isCutOff) byTopic.set(topic, [...(byTopic.get(topic) ?? []), `${partition}/${from}`]);
  }
  return [...byTopic].map(([topic, starts]) => `${topic} is counted from offsets ${starts.join(', ')}`);
}

function findingLines({ kind, camera, session, detector, count, named }: Finding): string[] {
  const about = [camera, session, detector].filter((each) => each !== undefined).join('/');
  const places = named.slice(0, printedPlaces).map(({ id, ref, detail }) => {
    const tail = [ref, detail].filter((each) => each !== undefined).join(', ');
    return `    ${id}${tail === '' ? '' : `  ${tail}`}`;
  });
  const more = count > places.length ? [`    … and ${count - places.length} more (--json names them)`] : [];
  return [`${kind}${about === '' ? '' : ` ${about}`}: ${count} ${findingKinds[kind]}`, ...places, ...more];
}

function verdict({ addsUp, records, tookMs, findings }: AuditReport): string {
  const how = `${records} records recounted in ${(tookMs / 1000).toFixed(1)} s`;
  if (addsUp) return `It adds up: nothing missing, nothing doubled (${how}).`;
  const count = findings.reduce((sum, finding) => sum + finding.count, 0);
  return `It does not add up: ${count} ${count === 1 ? 'difference' : 'differences'} (${how}).`;
}
