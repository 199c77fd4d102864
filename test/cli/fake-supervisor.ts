// Forks two fake parts and says so: to be killed by a test.
import { forkPart } from '../../src/cli/parts/fork-part.ts';
import { Supervisor } from '../../src/stage/supervisor.ts';

const supervisor = new Supervisor({ onEvent: () => {} });
const module = new URL('./fake-part.ts', import.meta.url);
const start = (name: string, options: unknown) =>
  supervisor.start(forkPart({ name, module, options: () => options })).whenReady;
await Promise.all([
  start('graceful', { does: 'runs', closedFile: process.argv[2] }),
  start('stubborn', { does: 'hangs' }),
]);
process.stdout.write('ready\n');
