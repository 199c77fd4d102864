import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clientsFolder, clientTests } from './client-program.ts';

const python = join(clientsFolder, 'python', 'bin', 'python');

clientTests({
  name: 'kafka-python',
  command: existsSync(python) ? [python, join(import.meta.dirname, 'kafka-python.py')] : undefined,
});
