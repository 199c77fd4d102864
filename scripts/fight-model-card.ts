/** The tables of models/fight/model-card.md: written by the training, between `<!-- NAME -->` and `<!-- /NAME -->`. */
import { readFile, writeFile } from 'node:fs/promises';
import type { QuietHour } from './quiet-films.ts';

interface Measured {
  auc: number;
  aucs: readonly number[];
  recall: number;
  recalls: readonly number[];
}

interface Tried {
  auc: number;
  recall: number;
}

export interface Measures {
  features: number;
  ridge: number;
  emphasis: number;
  nested: Measured & { candidates: number; chosen: Readonly<Record<string, number>> };
  shipped: Measured;
  threshold: number;
  confusion: { hits: number; misses: number; falseAlarms: number; rest: number };
  curve: readonly (readonly [share: number, recall: number])[];
  ablation: readonly (Tried & { group: string })[];
  tried: readonly (Tried & { what: string })[];
  quiet: {
    films: readonly { file: string; windows: number; weight: number }[];
    hours: readonly QuietHour[];
  };
  worst: { missed: readonly string[]; called: readonly string[] };
}

/** @throws Error when the card lacks one of the places */
export async function writeTables(card: string, measures: Measures): Promise<void> {
  let text = await readFile(card, 'utf8');
  for (const [name, table] of Object.entries(tables(measures))) {
    const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${card} has no place for the table: put ${begin} and ${end} into it`);
    text = `${text.slice(0, from + begin.length)}\n\n${table.trim()}\n\n${text.slice(to)}`;
  }
  await writeFile(card, text);
}

function tables({
  nested,
  shipped,
  curve,
  quiet: films,
  ablation,
  tried,
  worst,
  ...rest
}: Measures): Record<string, string> {
  const { hits, misses, falseAlarms, rest: quiet } = rest.confusion;
  const shipping = `the shipped: logistic regression, ${rest.features} features, ridge ${rest.ridge}, emphasis ${rest.emphasis}`;
  const chosen = Object.entries(nested.chosen).sort(([, a], [, b]) => b - a);
  return {
    quality: `| protocol | area under the curve | fights called at 5 % false alarms |
|---|---|---|
| nested: features and strength chosen without the scenes that are judged | **${spread(nested.auc, nested.aucs)}** | **${spread(nested.recall, nested.recalls)}** |
| the shipped choice, which these scenes had a say in | ${spread(shipped.auc, shipped.aucs)} | ${spread(shipped.recall, shipped.recalls)} |

Of ${nested.candidates} candidates the nested protocol chose, in ${nested.aucs.length} seeds of five folds: ${chosen.map(([name, times]) => `${name} (${times} times)`).join(', ')}.`,
    confusion: `At the shipped threshold of ${rest.threshold}, mean of the seeds:

| | called | not called |
|---|---|---|
| fight | ${hits} | ${misses} |
| no fight | ${falseAlarms} | ${quiet} |`,
    curve: `| false alarms among clips without a fight | ${curve.map(([share]) => `${Math.round(100 * share)} %`).join(' | ')} |
|---|${curve.map(() => '---').join('|')}|
| fights called | ${curve.map(([, recall]) => recall.toFixed(2)).join(' | ')} |`,
    ablation: `| without the features of | AUC | recall at 5 % |
|---|---|---|
${ablation.map(({ group, auc, recall }) => `| ${group} | ${show({ auc, recall })} |`).join('\n')}`,
    tried: `| what | AUC | recall at 5 % |
|---|---|---|
| ${shipping} | ${show(shipped)} |
${tried.map(({ what, auc, recall }) => `| ${what} | ${show({ auc, recall })} |`).join('\n')}`,
    quiet: `| film | the models had seen of it | alarms in an hour | highest score | windows at the threshold |
|---|---|---|---|---|
${films.hours.map(quietRow).join('\n')}`,
    worst: `Missed most clearly (chance): ${worst.missed.join(', ')}.
Called most clearly: ${worst.called.join(', ')}.`,
  };
}

function quietRow({ film, seenOfIt, alarms, highest, above }: QuietHour): string {
  return `| ${film} | ${seenOfIt} | ${alarms} | ${highest.toFixed(2)} | ${(100 * above).toFixed(1)} % |`;
}

function show({ auc, recall }: Tried): string {
  return `${auc.toFixed(3)} | ${recall.toFixed(2)}`;
}

function spread(mean: number, values: readonly number[]): string {
  return `${mean.toFixed(3)} (${Math.min(...values).toFixed(3)} to ${Math.max(...values).toFixed(3)})`;
}
