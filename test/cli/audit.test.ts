import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { brokerFor, Scene } from '../audit/scene.ts';
import { startVigil, temporaryFolder } from '../support/vigil.ts';

/** The checksum of every log segment and index below a folder. */
function logsOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(log|index|timeindex)$/.test(name),
  );
  return Object.fromEntries(
    files
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  );
}

test('a data directory at rest is recounted, and is the same afterwards', async (t) => {
  const data = await temporaryFolder(t);
  const broker = await brokerFor(t, data);
  const scene = new Scene();
  scene.removeResult(4);
  await scene.publish([broker.bootstrap]);

  const refused = await startVigil(t, ['audit', '--data', data]).ended;
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /vigil audit --brokers/);

  const running = await startVigil(t, ['audit', '--brokers', broker.bootstrap, '--json']).ended;
  assert.equal(running.code, 1);
  await broker.close();
  const before = logsOf(data);
  const { code, stdout, stderr } = await startVigil(t, ['audit', '--data', data]).ended;
  assert.equal(code, 1);
  assert.match(stdout, /missing-result yard\/.*people@1: 1 /);
  assert.match(stdout, new RegExp(scene.place(4)));
  assert.match(stderr, /AUDIT_MISMATCH/);
  assert.deepEqual(logsOf(data), before);
  const { findings } = JSON.parse(running.stdout) as { findings: { kind: string; named: { ref: string }[] }[] };
  assert.deepEqual(
    findings.map(({ kind, named }) => [kind, named[0]?.ref]),
    [['missing-result', scene.place(4)]],
  );
});

test('a run that adds up ends with 0, and a folder that is no data directory is named', async (t) => {
  const data = await temporaryFolder(t);
  const broker = await brokerFor(t, join(data, 'broker'));
  await new Scene().publish([broker.bootstrap]);
  const { code, stdout } = await startVigil(t, ['audit', '--brokers', broker.bootstrap, '--since', '1h']).ended;
  assert.equal(code, 0);
  assert.match(stdout, /It adds up/);
  const wrong = await startVigil(t, ['audit', '--data', data]).ended;
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /no data directory of Vigil/);
  assert.deepEqual(readdirSync(data), ['broker']);
});
