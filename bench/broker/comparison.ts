import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeMachine } from '../lib/machine.ts';
import { median } from '../lib/results.ts';

export type Who = 'vigil' | 'kafka';

export interface Row {
  what: string;
  unit: string;
  isBetter: 'more' | 'less';
  /** How many times as good as Apache Kafka Vigil is to be, when that was set. */
  goal?: number | undefined;
  vigil: number[];
  kafka: number[];
}

const folder = join(import.meta.dirname, '..', 'results');

/**
 * Gathers figures of both brokers under the same name, and keeps them after each in `bench/results/<name>.md`, with machine and
 * date, and row by row in `<name>.jsonl` for the next run: what that measures anew takes the place of what was there.
 */
export class Comparison {
  readonly #name: string;
  readonly #question: string;
  readonly #remarks: readonly string[];
  readonly #rows: Map<string, Row>;
  readonly #measured = new Set<string>();

  constructor(name: string, question: string, remarks: readonly string[]) {
    this.#name = name;
    this.#question = question;
    this.#remarks = remarks;
    this.#rows = new Map(readRows(this.#keptAs).map((row) => [row.what, row]));
  }

  note(who: Who, { what, unit, isBetter, goal }: Omit<Row, Who>, value: number): void {
    process.stderr.write(`  ${who}: ${what}: ${format(value)} ${unit}\n`);
    if (!Number.isFinite(value)) return;
    const row = this.#rows.get(what) ?? { what, unit, isBetter, goal, vigil: [], kafka: [] };
    const key = `${who} ${what}`;
    if (!this.#measured.has(key)) row[who] = [];
    this.#measured.add(key);
    row[who].push(value);
    this.#rows.set(what, row);
    this.#keep();
  }

  #keep(): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(this.#keptAs, [...this.#rows.values()].map((row) => `${JSON.stringify(row)}\n`).join(''));
    writeFileSync(join(folder, `${this.#name}.md`), this.text);
  }

  get #keptAs(): string {
    return join(folder, `${this.#name}.jsonl`);
  }

  get text(): string {
    const { processor, cores, memoryGiB, kernel, node } = describeMachine();
    const rows = [...this.#rows.values()];
    const behind = rows.filter((row) => advantage(row) < 1).map(({ what }) => what);
    return `# ${this.#question}

Written by \`node bench/broker.ts\` on ${new Date().toISOString().slice(0, 10)}: ${processor}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node},
Apache Kafka 4.3.1. The machine is shared, and load and broker share its cores: read ratios, not absolute figures.

| what | Vigil | Apache Kafka | Vigil is better by | wanted |
|---|---|---|---|---|
${rows.map(line).join('\n')}

${this.#remarks.map((each) => `- ${each}`).join('\n')}

Apache Kafka is ahead in: ${behind.length === 0 ? 'nothing' : behind.join('; ')}.
`;
  }
}

function readRows(file: string): Row[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return lines.filter((each) => each !== '').map((each) => JSON.parse(each));
}

function advantage({ vigil, kafka, isBetter }: Row): number {
  const ratio = median(vigil) / median(kafka);
  return isBetter === 'more' ? ratio : 1 / ratio;
}

function line(row: Row): string {
  const { what, unit, goal, vigil, kafka } = row;
  const isKnown = Number.isFinite(advantage(row));
  const wanted = goal === undefined || !isKnown ? '' : `${goal} × ${advantage(row) >= goal ? '✓' : '✗'}`;
  const better = isKnown ? `${format(advantage(row))} ×` : '–';
  return `| ${what} | ${spread(vigil, unit)} | ${spread(kafka, unit)} | ${better} | ${wanted} |`;
}

function spread(values: readonly number[], unit: string): string {
  if (values.length === 0) return 'not measured';
  const middle = format(median(values));
  const range = `(${format(Math.min(...values))}–${format(Math.max(...values))})`;
  return values.length < 2 ? `${middle} ${unit}` : `${middle} ${range} ${unit}`;
}

function format(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
