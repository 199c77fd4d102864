import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { fault } from '../base/errors.ts';
import { acknowledgeCommand } from './commands/acknowledge.ts';
import { askCommand } from './commands/ask.ts';
import { auditCommand } from './commands/audit.ts';
import { brokerCommand } from './commands/broker.ts';
import { compareCommand } from './commands/compare.ts';
import { configCommand } from './commands/config.ts';
import { consumeCommand } from './commands/consume.ts';
import { deadLettersCommand } from './commands/dead-letters.ts';
import { facesCommand } from './commands/faces.ts';
import { modelsCommand } from './commands/models.ts';
import { notifyCommand } from './commands/notify.ts';
import {
  alarmCommand,
  captureCommand,
  detectCommand,
  serveCommand,
  threatCommand,
  trackCommand,
} from './commands/part-commands.ts';
import { planCommand } from './commands/plan.ts';
import { produceCommand } from './commands/produce.ts';
import { rulesCommand } from './commands/rules.ts';
import { scoreCommand } from './commands/score.ts';
import { topicsCommand } from './commands/topics.ts';
import { upCommand } from './commands/up.ts';

/** All commands. Each imports what it does only when it is run: help is there at once. */
export function createProgram(): Command {
  const program = new Command('vigil')
    .description('Cameras into a Kafka log, the log into answers: frames in = results out, with proof.')
    .version(version(), '--version', 'print the version')
    .addHelpText(
      'after',
      `
Examples:
  vigil up                                        the demo, or ./vigil.yml
  vigil up --camera rtsp://user:pass@host/stream
  vigil consume processed_images                  results as JSON lines
  vigil <command> --help                          options and examples of a command`,
    );
  for (const command of [
    upCommand(),
    brokerCommand(),
    captureCommand(),
    detectCommand(),
    trackCommand(),
    alarmCommand(),
    threatCommand(),
    serveCommand(),
    topicsCommand(),
    produceCommand(),
    consumeCommand(),
    auditCommand(),
    planCommand(),
    deadLettersCommand(),
    askCommand(),
    rulesCommand(),
    notifyCommand(),
    acknowledgeCommand(),
    compareCommand(),
    facesCommand(),
    modelsCommand(),
    scoreCommand(),
    configCommand(),
  ]) {
    program.addCommand(command);
  }
  everyCommand(program, throwInsteadOfExit);
  return program;
}

function everyCommand(command: Command, work: (command: Command) => void): void {
  work(command);
  for (const inner of command.commands) everyCommand(inner, work);
}

function throwInsteadOfExit(command: Command): void {
  command
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => {} });
}

/**
 * Reads the command line and runs what it says.
 *
 * @throws USAGE for a command line that makes no sense, and whatever the command throws
 */
export async function runProgram(args: readonly string[]): Promise<void> {
  const program = createProgram();
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    // A command without its subcommand: its help has been printed.
    if (error.code === 'commander.help') {
      process.exitCode = 2;
      return;
    }
    throw fault('USAGE', error.message.replace(/^error: /, ''), {
      next: `Try: vigil ${commandOf(program, args)}--help`,
    });
  }
}

/** The command that the arguments name, with a blank after it. */
function commandOf(program: Command, args: readonly string[]): string {
  const command = program.commands.find((each) => each.name() === args[0]);
  return command ? `${command.name()} ` : '';
}

function version(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
