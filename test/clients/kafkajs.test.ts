import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clientsFolder, clientTests } from './client-program.ts';

const modules = join(clientsFolder, 'kafkajs');

clientTests({
  name: 'kafkajs',
  command: existsSync(join(modules, 'node_modules', 'kafkajs'))
    ? [process.execPath, join(import.meta.dirname, 'kafkajs.mjs')]
    : undefined,
  environment: { CLIENT_MODULES: modules, KAFKAJS_NO_PARTITIONER_WARNING: '1' },
});
