import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clientsFolder, clientTests } from './client-program.ts';

const program = join(clientsFolder, 'franz-go');

clientTests({ name: 'franz-go', command: existsSync(program) ? [program] : undefined });
