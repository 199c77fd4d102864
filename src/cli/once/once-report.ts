import type { CameraOutcome } from './once-watch.ts';

export interface CameraReport {
  captured: number;
  published: number;
  results: number;
  /** Of `results`: without the model, since nothing moved. */
  gated: number;
  failed: number;
  lost: number;
  /** Results per second over the whole run. */
  fps: number;
  /** Capture to result, milliseconds; null when there was no result. */
  latencyMs: { p50: number | null; p99: number | null };
}

/** What `--json` prints. */
export interface OnceReport {
  ok: boolean;
  cameras: Record<string, CameraReport>;
}

/** @param isThrough whether every source came to its end, and the run was not ended before */
export function onceReport(outcomes: readonly CameraOutcome[], isThrough: boolean): OnceReport {
  return {
    ok: isThrough && outcomes.length > 0 && outcomes.every((outcome) => outcome.isOk),
    cameras: Object.fromEntries(outcomes.map((outcome) => [outcome.camera, cameraReport(outcome)])),
  };
}

function cameraReport({ account }: CameraOutcome): CameraReport {
  return {
    captured: account?.captured ?? 0,
    published: account?.published ?? 0,
    results: account?.results ?? 0,
    gated: account?.gated ?? 0,
    failed: account?.failed ?? 0,
    lost: account?.lost ?? 0,
    fps: account?.fps ?? 0,
    latencyMs: { p50: account?.latencyMs?.p50 ?? null, p99: account?.latencyMs?.p99 ?? null },
  };
}

/** The closing table, and below it what went wrong where. */
export function onceTable(outcomes: readonly CameraOutcome[]): string {
  const reports = outcomes.map((outcome) => [outcome, cameraReport(outcome)] as const);
  const columns = columnsFor(reports.some(([, { gated }]) => gated > 0));
  const rows = reports.map(([outcome, report]) => columns.map(([, cell]) => cell(report, outcome)));
  const widths = columns.map(([title], index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ')
      .trimEnd();
  const errors = outcomes.flatMap(({ camera, error }) =>
    error ? [`${camera}: ${error.message}`, `  ${error.next} (${error.code})`] : [],
  );
  return [line(columns.map(([title]) => title)), ...rows.map(line), ...errors].join('\n');
}

type Column = readonly [title: string, cell: (report: CameraReport, outcome: CameraOutcome) => string];

/** @param isGated whether a motion gate spared a model anything */
function columnsFor(isGated: boolean): readonly Column[] {
  const gated: Column[] = isGated ? [['gated', (report) => count(report.gated)]] : [];
  return [
    ['camera', (_, { camera }) => camera],
    ['frames in', ({ captured }) => count(captured)],
    ['results out', ({ results }) => count(results)],
    ...gated,
    ['failed', ({ failed }) => count(failed)],
    ['lost', describeLost],
    ['fps', ({ fps }) => fps.toFixed(1)],
    ['latency p50', ({ latencyMs }) => milliseconds(latencyMs.p50)],
    ['p99', ({ latencyMs }) => milliseconds(latencyMs.p99)],
  ];
}

function describeLost({ lost }: CameraReport, { account }: CameraOutcome): string {
  if (lost === 0) return '0';
  const reasons = Object.entries(account?.lostReasons ?? {}).map(([reason, frames]) => `${reason} ${frames}`);
  return `${count(lost)} (${reasons.join(', ')})`;
}

function milliseconds(value: number | null): string {
  return value === null ? '–' : `${count(Math.round(value))} ms`;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** One sentence for each camera that is not whole, or for the run that was ended. */
export function describeShortfall(outcomes: readonly CameraOutcome[]): string {
  if (outcomes.every((outcome) => outcome.isOk)) return 'The run was ended before its time';
  const sentences = outcomes
    .filter((outcome) => !outcome.isOk)
    .map(({ camera, account, error }) => {
      if (!account) return `${camera}: ${error ? error.message : 'no frame came'}`;
      const { captured, results, failed, lost, complete } = account;
      return `${camera}: ${captured} frames in, ${results} results out, ${failed} failed, ${lost} lost${complete ? '' : '; not at its end'}`;
    });
  return sentences.join('\n');
}
