import { resolve } from 'node:path';
import { Command } from 'commander';
import { formatBytes } from '../../base/units.ts';

export function modelsCommand(): Command {
  const command = new Command('models').description('see which models there are, and fetch them');
  command
    .command('list')
    .description('print the models that are known by name')
    .option('--json', 'as one JSON list')
    .action(listAction);
  command
    .command('pull')
    .description('fetch a model and keep it, checked against its sha256')
    .argument('<name>')
    .action(pullAction);
  command
    .command('show')
    .description('print everything known of a model: input, labels, licence, source')
    .argument('<name>', 'a name, the path of an ONNX file, or the address of a server, which is asked')
    .action(showAction);
  return command.addHelpText(
    'after',
    `
Examples:
  vigil models list
  vigil models pull yolox-nano
  vigil models show yolox-nano
  vigil models show https://triton.local:8000/v2/models/yolox-nano`,
  );
}

async function listAction(options: { json?: boolean }): Promise<void> {
  const { listModels } = await import('../../detect/models/model-commands.ts');
  const models = await listModels(await places());
  if (options.json) {
    print(JSON.stringify(models));
    return;
  }
  for (const { name, summary, licence, sizeBytes, isDefault, isCarried, path } of models) {
    const where = isCarried ? 'comes with a package' : (path ?? 'not fetched yet');
    print(`${name}${isDefault ? ' (default)' : ''}  ${formatBytes(sizeBytes)}  ${licence}  ${where}\n  ${summary}`);
  }
  print('delay:<duration>  needs no file\n  takes its time over each frame and reports nothing: to try out overload');
}

async function pullAction(name: string): Promise<void> {
  const { pullModel } = await import('../../detect/models/model-commands.ts');
  const { path, wasThere } = await pullModel(name, { ...(await places()), onProgress: showProgress });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  print(wasThere ? `${name} was there already: ${path}` : `${name} is now at ${path}`);
}

function showProgress(receivedBytes: number, totalBytes: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${formatBytes(receivedBytes)} of ${formatBytes(totalBytes)}`);
}

async function showAction(name: string): Promise<void> {
  const { isRemoteModel } = await import('../../detect/remote/remote-model.ts');
  if (isRemoteModel(name)) {
    const { describeRemoteModel } = await import('../../detect/remote/describe-remote-model.ts');
    print(JSON.stringify(await describeRemoteModel({ url: name }), null, 2));
    return;
  }
  const { describeModel } = await import('../../detect/models/model-commands.ts');
  const path = /[\\/]|\.(onnx|ya?ml|json)$/i.test(name) ? resolve(name) : name;
  print(JSON.stringify(await describeModel(path), null, 2));
}

async function places() {
  const { cacheDirectory } = await import('../../base/cache-directory.ts');
  return { cacheDir: cacheDirectory() };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
