import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeVideo } from '../capture/make-video.ts';
import { runVigil } from '../cli/run-vigil.ts';
import { temporaryFolder } from '../support/vigil.ts';

const skip = await import('node-av').then(
  () => false as const,
  () => 'needs node-av',
);

test('frames in which nothing moves have their results without the model, and every account adds up', {
  skip,
  timeout: 180_000,
}, async (t) => {
  const cwd = await temporaryFolder(t);
  const grey = [128, 128, 128] as const;
  await makeVideo({ path: join(cwd, 'still.mp4'), frames: 57, paint: () => [grey, grey, grey, grey] });
  writeFileSync(
    join(cwd, 'vigil.yml'),
    `cameras: { hall: { source: ./still.mp4, motionGate: {} } }
detectors: { slow: { model: "delay:1ms", workers: 1 } }
`,
  );
  const ports = ['--listen', '127.0.0.1:0', '--http', '127.0.0.1:0'];
  const { code, stdout, stderr } = await runVigil(['up', '--once', '--fast', '--json', ...ports], { cwd });
  assert.equal(code, 0, stderr);
  const { captured, results, gated, failed, lost } = JSON.parse(stdout).cameras.hall;
  assert.deepEqual(
    { captured, results, gated, failed, lost },
    { captured: 57, results: 57, gated: 47, failed: 0, lost: 0 },
  );
  const audit = await runVigil(['audit', '--data', join(cwd, 'vigil-data')], { cwd });
  assert.equal(audit.code, 0, audit.stdout + audit.stderr);
});
