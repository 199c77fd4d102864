import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { clientsFolder, clientTests, commonScenarios } from './client-program.ts';

const program = join(clientsFolder, 'franz-go');

clientTests({ name: 'franz-go', command: existsSync(program) ? [program] : undefined, scenarios: commonScenarios });
