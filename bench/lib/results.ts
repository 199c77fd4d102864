import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeMachine } from './machine.ts';

/** One row of a benchmark: what was measured, in which unit, all values that were seen. */
export interface Figure {
  what: string;
  unit: string;
  values: number[];
  /** What the project wants of it, in words. */
  wanted?: string;
}

const folder = join(import.meta.dirname, '..', 'results');

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Prints the figures as a table and keeps them, with machine and date, in `bench/results/<name>.md`. */
export function report(
  name: string,
  question: string,
  figures: readonly Figure[],
  remarks: readonly string[] = [],
): void {
  const machine = describeMachine();
  const rows = figures.map(({ what, unit, values, wanted }) => {
    const spread = values.length > 1 ? `${format(Math.min(...values))}–${format(Math.max(...values))}` : '';
    return `| ${what} | ${format(median(values))} ${unit} | ${spread} | ${values.length} | ${wanted ?? ''} |`;
  });
  const text = `# ${question}

Written by \`node bench/${name}.ts\` on ${new Date().toISOString().slice(0, 10)}: ${machine.processor}, ${machine.cores} cores,
${machine.memoryGiB} GiB, Linux ${machine.kernel}, Node ${machine.node}. The machine is shared: read ratios, not absolute times.

| what | median | spread | runs | wanted |
|---|---|---|---|---|
${rows.join('\n')}
${remarks.length > 0 ? `\n${remarks.map((each) => `- ${each}`).join('\n')}\n` : ''}`;
  const file = join(folder, `${name}.md`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(text);
}

function format(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
