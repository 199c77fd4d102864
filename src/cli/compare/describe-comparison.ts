import { type CameraTally, type Case, type Comparison, describeDifference } from './comparison.ts';

const columns = ['frames', 'agreeing', 'same', 'added', 'missing', 'moved', 'relabelled', 'failed'] as const;

/** A row for each camera, and the frames on which the two are furthest apart. */
export function describeComparison({ cameras, worst }: Comparison, first: string, second: string): string {
  const rows = [...cameras].sort(([a], [b]) => (a < b ? -1 : 1)).map(([camera, tally]) => rowOf(camera, tally));
  const head = ['camera', ...columns, `only ${first}`, `only ${second}`];
  const widths = head.map((title, index) => Math.max(title.length, ...rows.map((row) => (row[index] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join('  ');
  const table = [line(head), ...rows.map(line)];
  if (worst.length === 0)
    return table.concat('', `${first} and ${second} agree on every frame that both answered.`).join('\n');
  const apart = worst.map((each) => `  ${each.id}  ${each.capturedAt}\n    ${describeDifference(each.difference)}`);
  return [
    ...table,
    '',
    `Furthest apart (− only ${first}, + only ${second}, ↔ moved, ≠ named differently):`,
    ...apart,
  ].join('\n');
}

function rowOf(camera: string, tally: CameraTally): string[] {
  return [camera, ...columns.map((column) => String(tally[column])), String(tally.onlyFirst), String(tally.onlySecond)];
}

/** One frame as a JSON line. */
export function caseLine({ frame: _, difference, ...found }: Case): string {
  const { added, missing, moved, relabelled } = difference;
  return JSON.stringify({ type: 'frame', ...found, added, missing, moved, relabelled });
}

/** The account as the last JSON line. */
export function summaryLine({ cameras, worst }: Comparison, first: string, second: string, iou: number): string {
  const summary = { first, second, iou, cameras: Object.fromEntries(cameras), worst: worst.map(({ id }) => id) };
  return JSON.stringify({ type: 'summary', ...summary });
}
