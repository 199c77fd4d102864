import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clientsFolder, clientTests } from './client-program.ts';

const program = join(clientsFolder, 'sarama');

clientTests({ name: 'sarama', command: existsSync(program) ? [program] : undefined });
