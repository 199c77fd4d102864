import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { fault } from '../base/errors.ts';

/** In the order of `vigil --help`. Each is a module of its own, loaded only where it is asked for. */
const commands: Record<string, () => Promise<Command>> = {
  up: async () => (await import('./commands/up.ts')).upCommand(),
  broker: async () => (await import('./commands/broker.ts')).brokerCommand(),
  capture: async () => (await import('./commands/part-commands.ts')).captureCommand(),
  detect: async () => (await import('./commands/part-commands.ts')).detectCommand(),
  track: async () => (await import('./commands/part-commands.ts')).trackCommand(),
  alarm: async () => (await import('./commands/part-commands.ts')).alarmCommand(),
  threat: async () => (await import('./commands/part-commands.ts')).threatCommand(),
  serve: async () => (await import('./commands/part-commands.ts')).serveCommand(),
  topics: async () => (await import('./commands/topics.ts')).topicsCommand(),
  produce: async () => (await import('./commands/produce.ts')).produceCommand(),
  consume: async () => (await import('./commands/consume.ts')).consumeCommand(),
  audit: async () => (await import('./commands/audit.ts')).auditCommand(),
  plan: async () => (await import('./commands/plan.ts')).planCommand(),
  'dead-letters': async () => (await import('./commands/dead-letters.ts')).deadLettersCommand(),
  ask: async () => (await import('./commands/ask.ts')).askCommand(),
  rules: async () => (await import('./commands/rules.ts')).rulesCommand(),
  notify: async () => (await import('./commands/notify.ts')).notifyCommand(),
  acknowledge: async () => (await import('./commands/acknowledge.ts')).acknowledgeCommand(),
  compare: async () => (await import('./commands/compare.ts')).compareCommand(),
  faces: async () => (await import('./commands/faces.ts')).facesCommand(),
  models: async () => (await import('./commands/models.ts')).modelsCommand(),
  score: async () => (await import('./commands/score.ts')).scoreCommand(),
  marks: async () => (await import('./commands/marks.ts')).marksCommand(),
  config: async () => (await import('./commands/config.ts')).configCommand(),
};

/**
 * The command line. Only the command that is to be run is loaded where its name is known: a broker that is to be ready at
 * once need not read what the other commands are.
 *
 * @param name of one command; left out, or no command: all are there
 */
export async function createProgram(name?: string): Promise<Command> {
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
  const wanted = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  for (const load of wanted ? [wanted] : Object.values(commands)) program.addCommand(await load());
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
  const program = await createProgram(args[0]);
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
