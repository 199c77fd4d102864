// A part for tests: does what its options say.
import { writeFileSync } from 'node:fs';
import { fault } from '../../src/base/errors.ts';
import { hostPart } from '../../src/cli/parts/host-part.ts';

export interface FakePartOptions {
  does: 'runs' | 'finishes' | 'faults' | 'segfaults' | 'hangs' | 'throws-later' | 'leaves';
  /** Written when it closes gracefully. */
  closedFile?: string;
}

hostPart(async (given, report) => {
  const { does, closedFile } = given as FakePartOptions;
  if (does === 'faults') throw fault('PORT_IN_USE', 'port 1 is taken', { next: 'take another' });
  if (does === 'segfaults') setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 20);
  if (does === 'leaves') setTimeout(() => process.exit(3), 20);
  if (does === 'throws-later') setTimeout(() => missing(), 20);
  report.snapshot({ atMs: process.pid, cameras: [] });
  const holdsProcess = setInterval(() => {}, 1000);
  return {
    info: { url: `http://part/${process.pid}` },
    done: does === 'finishes' ? Promise.resolve() : new Promise<void>(() => {}),
    async close() {
      if (does === 'hangs') await new Promise(() => {});
      clearInterval(holdsProcess);
      if (closedFile) writeFileSync(closedFile, 'closed');
    },
  };
});

function missing(): never {
  throw new TypeError('nothing is there');
}
