import { readFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { fault, systemErrorCode } from '../../base/errors.ts';
import { parseDurationMs } from '../../base/units.ts';
import { type AskTask, askTasks } from '../../topics/ask-task.ts';
import { brokersOption } from '../options/journey-options.ts';
import { value } from '../options/option-values.ts';

interface AskFlags {
  brokers?: string[];
  timeout: number;
  json?: boolean;
}

export function askCommand(): Command {
  const command = new Command('ask').description('ask the running detectors about a photo');
  for (const task of askTasks) {
    command
      .command(task)
      .description(descriptions[task])
      .argument('<photo>', 'a JPEG or PNG file')
      .addOption(brokersOption())
      .addOption(
        new Option('--timeout <duration>', 'how long to wait for an answer')
          .argParser(value('a duration such as 10s', parseDurationMs))
          .default(defaultTimeoutMs, '10s'),
      )
      .option('--json', 'the answer as one JSON object')
      .action((photo: string, flags: AskFlags) => askAction(task, photo, flags));
  }
  return command.addHelpText(
    'after',
    `
Examples:
  vigil ask identify-object photo.jpg
  vigil ask identify-face visitor.jpg
  vigil ask identify-object photo.jpg --json | jq '.answer.detections[].label'`,
  );
}

const defaultTimeoutMs = 10_000;
const descriptions: Record<AskTask, string> = {
  'identify-object': 'what is in it',
  'identify-face': 'who is in it; needs a detector with the step faces',
  'read-pose': 'how people stand in it; needs a detector with the step pose',
};

async function askAction(task: AskTask, photo: string, { brokers: given, timeout, json }: AskFlags): Promise<void> {
  const picture = readPhoto(photo);
  const { clientBrokers, clientId } = await import('./client-options.ts');
  const { Asker } = await import('../../stage/ask/asker.ts');
  const asker = await Asker.open({ brokers: await clientBrokers(given), clientId });
  const reply = await asker.ask(task, picture, timeout).finally(() => asker.close());
  if (reply.error) throw fault('ASK_REFUSED', `${reply.error.message} (${reply.worker}: ${reply.error.code})`);
  process.stdout.write(json ? `${JSON.stringify(reply)}\n` : describe(reply.answer));
}

function readPhoto(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw fault('USAGE', `${path} cannot be read (${systemErrorCode(cause) ?? String(cause)})`, { cause });
  }
}

/** One line for each thing that was found; an answer of another form as it is. */
function describe(answer: unknown): string {
  const { detections, persons, faces } = (answer ?? {}) as Record<string, unknown>;
  const found = detections ?? persons ?? faces;
  if (!Array.isArray(found)) return `${JSON.stringify(answer, undefined, 2)}\n`;
  if (found.length === 0) return 'nothing was found\n';
  return found.map((each) => `${titleOf(each)}  ${Number(each.score).toFixed(2)}  ${placeOf(each.box)}\n`).join('');
}

/** What something is, or whose face. */
function titleOf({ label, name, person, verdict }: Record<string, unknown>): unknown {
  return label ?? name ?? person ?? verdict;
}

function placeOf({ x, y, width, height }: Record<string, number>): string {
  return [x, y, width, height].map((each) => Math.round(each ?? 0)).join(' ');
}
