import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { defaults } from '../config/defaults.ts';

export function configCommand(): Command {
  const command = new Command('config').description('check vigil.yml, print its schema, or what holds in the end');
  command
    .command('check')
    .description('name every mistake by file, line and key; exit code 2 when there is one')
    .argument('[file]', 'left out: ./vigil.yml')
    .action(checkAction);
  command.command('schema').description('print the JSON Schema of vigil.yml, for editors').action(schemaAction);
  command
    .command('show')
    .description('print what holds in the end, with defaults filled in and secrets masked')
    .argument('[file]', 'left out: ./vigil.yml when there is one, else the defaults')
    .option('--json', 'as one JSON object')
    .action(showAction);
  return command.addHelpText(
    'after',
    `
Examples:
  vigil config check
  vigil config schema > vigil.schema.json
  vigil config show site.yml --json`,
  );
}

async function checkAction(file: string = defaults.file): Promise<void> {
  const { loadConfig } = await import('../config/load-config.ts');
  const { describeConfig } = await import('../config/summary.ts');
  const { config, secrets } = loadConfig(file);
  print(`${describeConfig(config, secrets)}\n${config.file} is fine`);
}

async function schemaAction(): Promise<void> {
  const { configJsonSchema } = await import('../config/json-schema.ts');
  print(configJsonSchema());
}

async function showAction(file: string | undefined, options: { json?: boolean }): Promise<void> {
  const { loadConfig } = await import('../config/load-config.ts');
  const { resolveConfig } = await import('../config/resolve.ts');
  const { describeConfig, maskedConfig } = await import('../config/summary.ts');
  const path = file ?? (existsSync(defaults.file) ? defaults.file : undefined);
  const { config, secrets } =
    path === undefined ? { config: resolveConfig({}, process.cwd()), secrets: [] } : loadConfig(path);
  print(options.json ? JSON.stringify(maskedConfig(config, secrets), null, 2) : describeConfig(config, secrets));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
