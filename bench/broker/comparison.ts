import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from '../lib/machine.ts';
import { median } from '../lib/results.ts';

export interface Row {
  what: string;
  unit: string;
  isBetter: 'more' | 'less';
  /** How many times as good as Apache Kafka Vigil is to be, when that was set. */
  goal?: number | undefined;
  vigil: number[];
  kafka: number[];
}

/** Gathers figures of both brokers under the same name. */
export class Comparison {
  readonly #rows = new Map<string, Row>();

  note(who: 'vigil' | 'kafka', { what, unit, isBetter, goal }: Omit<Row, 'vigil' | 'kafka'>, value: number): void {
    const row = this.#rows.get(what) ?? { what, unit, isBetter, goal, vigil: [], kafka: [] };
    row[who].push(value);
    this.#rows.set(what, row);
    process.stderr.write(`${who}: ${what}: ${format(value)} ${unit}\n`);
  }

  /** Prints the table and keeps it, with machine and date, in `bench/results/<name>.md`. */
  report(name: string, question: string, remarks: readonly string[]): void {
    const { processor, cores, memoryGiB, kernel, node } = describeMachine();
    const rows = [...this.#rows.values()];
    const behind = rows.filter((row) => advantage(row) < 1).map(({ what }) => what);
    const text = `# ${question}

Written by \`node bench/broker.ts\` on ${new Date().toISOString().slice(0, 10)}: ${processor}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node},
Apache Kafka 4.3.1. The machine is shared, and load and broker share its cores: read ratios, not absolute figures.

| what | Vigil | Apache Kafka | Vigil is better by | wanted |
|---|---|---|---|---|
${rows.map(line).join('\n')}

${remarks.map((each) => `- ${each}`).join('\n')}

Apache Kafka is ahead in: ${behind.length === 0 ? 'nothing' : behind.join('; ')}.
`;
    const folder = join(import.meta.dirname, '..', 'results');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.md`), text);
    process.stdout.write(text);
  }
}

function advantage({ vigil, kafka, isBetter }: Row): number {
  const ratio = median(vigil) / median(kafka);
  return isBetter === 'more' ? ratio : 1 / ratio;
}

function line(row: Row): string {
  const { what, unit, goal, vigil, kafka } = row;
  const wanted = goal === undefined ? '' : `${goal} × ${advantage(row) >= goal ? '✓' : '✗'}`;
  return `| ${what} | ${spread(vigil)} ${unit} | ${spread(kafka)} ${unit} | ${format(advantage(row))} × | ${wanted} |`;
}

function spread(values: readonly number[]): string {
  const middle = format(median(values));
  return values.length < 2 ? middle : `${middle} (${format(Math.min(...values))}–${format(Math.max(...values))})`;
}

function format(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
