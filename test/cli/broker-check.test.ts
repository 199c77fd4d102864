import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runVigil, startBroker } from './run-vigil.ts';

const root = mkdtempSync(join(tmpdir(), 'vigil-check-'));
after(() => rmSync(root, { recursive: true }));

test('broker --check says what is in order, what a start repairs and what it cannot, by its exit code', async () => {
  writeFileSync(join(root, 'vigil.yml'), 'data: ./kept');
  const { broker, bootstrap } = await startBroker(root);
  const sent = await runVigil(['produce', 'letters', '--brokers', bootstrap], { cwd: root, input: 'a\nb\nc\n' });
  assert.equal(sent.code, 0, sent.stderr);
  const check = (...more: string[]) => runVigil(['broker', '--check', './kept', ...more], { cwd: root });
  const inUse = await check();
  assert.equal(inUse.code, 1);
  assert.match(inUse.stderr, /DATA_DIRECTORY_IN_USE/);
  broker.child.kill('SIGINT');
  await broker.ended;
  const sound = await check();
  assert.equal(sound.code, 0, sound.stdout + sound.stderr);
  assert.match(sound.stdout, /3 records[\s\S]*kept is in order\n$/);

  rmSync(join(root, 'kept', '.kafka_cleanshutdown'));
  const crashed = await check('--json');
  assert.equal(crashed.code, 3, crashed.stdout + crashed.stderr);
  assert.deepEqual(
    JSON.parse(crashed.stdout).findings.map(({ kind }: { kind: string }) => kind),
    ['repair'],
  );

  const folder = readdirSync(join(root, 'kept')).find((name) => name.startsWith('letters-'));
  rmSync(join(root, 'kept', folder ?? ''), { recursive: true });
  const damaged = await check();
  assert.equal(damaged.code, 4, damaged.stdout + damaged.stderr);
  assert.match(damaged.stdout, /^damage .*letters-\d: is missing/m);
});
