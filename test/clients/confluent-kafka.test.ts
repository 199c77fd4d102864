import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clientsFolder, clientTests } from './client-program.ts';

const python = join(clientsFolder, 'python', 'bin', 'python');

/** librdkafka as most people meet it. */
clientTests({
  name: 'confluent-kafka',
  command: existsSync(python) ? [python, join(import.meta.dirname, 'confluent-kafka.py')] : undefined,
});
