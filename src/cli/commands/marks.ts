import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { fault } from '../../base/errors.ts';
import type { ExportedMark } from '../marks/export-marks.ts';
import { dataOption } from '../options/journey-options.ts';

interface MarksFlags {
  data?: string;
  json?: boolean;
}

export function marksCommand(): Command {
  const command = new Command('marks').description('what people said of suspicions, as data to train with');
  command
    .command('list')
    .description('print which suspicions were right or wrong')
    .addOption(dataOption())
    .option('--json', 'as JSON lines')
    .action(listAction);
  command
    .command('export')
    .description('write the frames of each marked suspicion as a clip, in folders by what it was')
    .argument('<dir>', 'such as ./clips: fight/ and noFight/ come to be in it')
    .addOption(dataOption())
    .option('--json', 'a JSON line for each mark, with its file')
    .action(exportAction);
  return command.addHelpText(
    'after',
    `
Suspicions are marked on the page. Their frames stay in the store from then on, so that a clip can be made at any time.

Examples:
  vigil marks list
  vigil marks export ./clips && npm run train:fight -- ./clips`,
  );
}

async function listAction(flags: MarksFlags): Promise<void> {
  const { findMarks } = await import('../../store/mark-queries.ts');
  await withStore(flags, async (store) => {
    for (const mark of await findMarks(store)) {
      const { isRight, threat, camera, by, atUs } = mark;
      const about = `${new Date(atUs / 1000).toISOString()}  ${camera}  ${threat}  ${isRight ? 'right' : 'wrong'}  ${by}`;
      print(flags.json ? JSON.stringify(mark) : about);
    }
  });
}

async function exportAction(directory: string, flags: MarksFlags): Promise<void> {
  const { exportMarks } = await import('../marks/export-marks.ts');
  let [written, left] = [0, 0];
  await withStore(flags, async (store) => {
    for await (const exported of exportMarks(store, directory)) {
      if (exported.file === null) left++;
      else written++;
      print(flags.json ? JSON.stringify(exported) : describe(exported));
    }
  });
  process.stderr.write(`${written} clips in ${directory}${left === 0 ? '' : `, ${left} marks without a clip`}\n`);
}

function describe(exported: ExportedMark): string {
  if (exported.file === null) return `${exported.event}  left out: ${exported.why}`;
  return `${exported.file}  ${exported.frames} frames`;
}

type Work = (store: Awaited<ReturnType<typeof import('../../store/open-store.ts')['openStore']>>) => Promise<void>;

/** Opens the store beside a Vigil that may be running: it is read only. */
async function withStore({ data }: MarksFlags, work: Work): Promise<void> {
  const { loadJourney } = await import('../options/load-journey.ts');
  const { openStore } = await import('../../store/open-store.ts');
  const { dataDir } = await loadJourney(undefined, data === undefined ? {} : { data });
  const file = join(dataDir, 'store', 'vigil.db');
  if (!existsSync(file)) {
    const next = 'Name the data directory of a Vigil that keeps events: --data DIR.';
    throw fault('USAGE', `there is no store at ${file}`, { next });
  }
  const store = await openStore(file);
  try {
    await work(store);
  } finally {
    await store.destroy();
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
