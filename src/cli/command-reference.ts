import type { Command } from 'commander';
import { createProgram } from './program.ts';

/** The reference of the command line in Markdown: what each command's `--help` prints, and what holds for all of them. */
export async function commandReference(): Promise<string> {
  const program = await createProgram();
  const sections = program.commands.flatMap((command) => [
    section(command, `vigil ${command.name()}`, 2),
    ...command.commands.map((inner) => section(inner, `vigil ${command.name()} ${inner.name()}`, 3)),
  ]);
  return `${introduction}\n${sections.join('\n')}`;
}

function section(command: Command, title: string, level: number): string {
  let help = '';
  command.configureHelp({ helpWidth: 100 }).configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  return `${'#'.repeat(level)} ${title}\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n`;
}

const introduction = `# The command line

\`npm start -- <options>\` is \`vigil up <options>\`. Every command takes \`--help\`. Options win over
[vigil.yml](config.md), which wins over the defaults; a camera named with \`--camera\` takes the place of those in the
file.

**Output.** Answers go to standard output, diagnostics and progress to standard error. \`VIGIL_LOG_LEVEL\` (\`debug\`,
\`info\`, \`warn\`, \`error\`) chooses how much the parts say, \`VIGIL_LOG_FORMAT=json\` makes it JSON lines, \`VIGIL_DEBUG=1\`
adds where an unexpected error comes from.

**Exit codes.** 0: done, or ended by Ctrl-C. 1: it failed; with \`--once\` also when frames in and results out differ.
\`broker --check\`: 3 when a start repairs what was found, 4 when records are lost or the broker does not start.
2: the command line or the configuration makes no sense. 70: something unexpected. 130: a second Ctrl-C, or Ctrl-C in a
run with \`--once\`. [errors.md](errors.md) lists every fault.

**Processes.** \`vigil up\` runs each part in a process of its own: the broker, one capture per camera, one per detector,
one that follows tracks, one for rules and notifiers where there are any, the page. A part that dies, by a crash of native code too, is started again: at once the first time, then with more
patience, up to ten seconds. It is given up only for what a restart cannot heal, such as a port in use at the start or a
model that does not exist; one camera that is given up leaves the others alone. Ctrl-C ends cameras and detectors, then tracks,
then alarms and the page, and last the broker, within three seconds; a second Ctrl-C ends all at once. When the supervising process itself
is killed its parts end by themselves.

**Passwords.** Parts get their options over a channel, not on their command lines, and \`vigil up\` hides its own. What npm
or a shell shows of \`--camera rtsp://user:password@…\` is not in Vigil's hands: write the address into \`vigil.yml\` with
\`\${NAME}\` where that matters.

**Another Kafka.** With \`--brokers\` (or \`brokers:\` in the file) no embedded broker is started. \`vigil capture\`,
\`vigil detect\` and \`vigil serve\` run their part only, against the same brokers, on as many machines as are needed:

    vigil capture site.yml        # where the cameras are
    vigil detect site.yml         # on each machine that has cores to spare
    vigil track site.yml          # anywhere: one is enough, more share the cameras
    vigil alarm site.yml          # rules and notifiers, likewise
    vigil serve site.yml          # where people look
`;
