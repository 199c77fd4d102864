import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { fault } from '../../base/errors.ts';
import type { Compared } from '../compare/run-compare.ts';
import { brokersOption } from '../options/journey-options.ts';
import { number } from '../options/option-values.ts';

interface CompareFlags {
  brokers?: string[];
  camera?: string;
  since?: string;
  iou: number;
  json?: boolean;
  save?: string;
}

export function compareCommand(): Command {
  return new Command('compare')
    .description('show where two detectors disagree about the same frames')
    .argument('<first>', 'such as people@1')
    .argument('<second>', 'such as people@2')
    .addOption(brokersOption())
    .option('--camera <id>', 'only this camera')
    .option('--since <when>', 'only frames captured from a time (2026-01-31T08:00:00Z) or a while ago (2h) on')
    .addOption(
      new Option('--iou <share>', 'boxes that overlap by this much (intersection over union) are the same place')
        .default(0.5)
        .argParser(number({ above: 0, most: 1 })),
    )
    .option('--json', 'a JSON line for each frame on which they disagree, and the account as the last line')
    .option('--save <dir>', 'write pictures of the worst cases there, with the boxes of both')
    .addHelpText(
      'after',
      `
Only frames that both have answered are compared; results of one of them alone are counted.

Examples:
  vigil detect --as people@2 --from beginning --model fastestdet && vigil compare people@1 people@2
  vigil compare people@1 people@2 --camera yard --since 2h --save ./worst
  vigil compare people@1 people@2 --json | jq -r 'select(.type == "frame").id'`,
    )
    .action(compareAction);
}

async function compareAction(first: string, second: string, options: CompareFlags): Promise<void> {
  const { parseDetectorId } = await import('../replay/replay-action.ts');
  for (const each of [first, second]) parseDetectorId(each, 'a detector');
  if (first === second) throw fault('USAGE', `${first} is compared with itself`);
  const sinceUs = options.since === undefined ? undefined : (await parseSince(options.since)) * 1000;
  const { assertTopicExists, clientBrokers } = await import('./client-options.ts');
  const brokers = await clientBrokers(options.brokers);
  await assertTopicExists(brokers, 'processed_images');
  const { runCompare } = await import('../compare/run-compare.ts');
  const { caseLine, describeComparison, summaryLine } = await import('../compare/describe-comparison.ts');
  const { camera, iou, json, save } = options;
  const onCase = json ? { onCase: (found: Parameters<typeof caseLine>[0]) => print(caseLine(found)) } : {};
  const compared = await runCompare({ brokers, first, second, camera, sinceUs, iou, ...onCase });
  try {
    const { comparison } = compared;
    print(json ? summaryLine(comparison, first, second, iou) : describeComparison(comparison, first, second));
    if (save !== undefined) await savePictures(compared, save, [first, second]);
  } finally {
    await compared.close();
  }
}

/** @throws USAGE */
async function parseSince(text: string): Promise<number> {
  const { parseFrom } = await import('../consume/parse-from.ts');
  const from = /^\d+$/.test(text) ? undefined : parseFrom(text.replace(/^-(?=\d)/, ''), Date.now(), '--since');
  if (typeof from === 'object' && 'timestampMs' in from) return from.timestampMs;
  throw fault('USAGE', `--since: found "${text}", expected a time (2026-01-31T08:00:00Z) or a while ago (2h)`);
}

async function savePictures({ comparison, pictureOf }: Compared, folder: string, names: [string, string]) {
  const { drawCase } = await import('../compare/draw-case.ts');
  await mkdir(folder, { recursive: true });
  let saved = 0;
  for (const [index, found] of comparison.worst.entries()) {
    const jpeg = await pictureOf(found);
    if (!jpeg) continue;
    const name = `${String(index + 1).padStart(2, '0')}-${found.id.replaceAll('/', '-')}.jpg`;
    await writeFile(join(folder, name), await drawCase(jpeg, found, names));
    saved++;
  }
  const gone = comparison.worst.length - saved;
  const missing = gone === 0 ? '' : `; of ${gone} the log does not hold the frame any more`;
  process.stderr.write(`${saved} ${saved === 1 ? 'picture' : 'pictures'} written to ${folder}${missing}\n`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
