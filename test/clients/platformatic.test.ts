import { join } from 'node:path';
import { clientTests } from './client-program.ts';

/** The client that Vigil itself uses. */
clientTests({
  name: '@platformatic/kafka',
  command: [process.execPath, join(import.meta.dirname, 'platformatic.ts')],
});
