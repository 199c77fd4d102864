import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { layOutPackage } from '../../scripts/pack.ts';
import { builtPageDirectory } from '../../src/serve/page-files.ts';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../..');
const stranger = mkdtempSync(join(tmpdir(), 'vigil-package-'));
const vigil = join(stranger, 'node_modules/vigil');
after(() => rmSync(stranger, { recursive: true, force: true }));

/** Somebody's project with Vigil among its packages, as npm would have put them there. */
before(async () => {
  mkdirSync(vigil, { recursive: true });
  await layOutPackage(vigil);
  const others = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.') && name !== 'vigil');
  for (const name of others) symlinkSync(join(project, 'node_modules', name), join(stranger, 'node_modules', name));
  writeFileSync(join(stranger, 'package.json'), '{"type":"module"}');
});

test('a project that installed the package starts a broker in its tests, and its types hold', async () => {
  const use = `
    import { Producer } from '@platformatic/kafka';
    import { Broker, type BrokerOptions } from 'vigil/broker';
    const options: BrokerOptions = { port: 0 };
    await using broker = await Broker.start(options);
    const producer = new Producer({ clientId: 'stranger', bootstrapBrokers: [broker.bootstrap], autocreateTopics: true });
    const sent = await producer.send({ acks: -1, messages: [{ topic: 'from-outside', value: Buffer.from('hello') }] });
    console.log(sent.offsets?.[0]?.topic);
    await producer.close();
    // @ts-expect-error an option of another type is found
    const misused: BrokerOptions = { port: 'any' };
    void misused;
  `;
  writeFileSync(join(stranger, 'use.ts'), use);
  const compilerOptions = { module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable'] };
  const strictly = { strict: true, noEmit: true, types: ['node'] };
  const config = { compilerOptions: { ...compilerOptions, ...strictly, skipLibCheck: true }, files: ['use.ts'] };
  writeFileSync(join(stranger, 'tsconfig.json'), JSON.stringify(config));
  await run(join(project, 'node_modules/.bin/tsc'), ['-p', stranger]);
  const { stdout } = await run(process.execPath, ['use.ts'], { cwd: stranger });
  assert.equal(stdout, 'from-outside\n');
});

test('the command line of the package runs, and knows the page that came with it', async () => {
  const { stdout } = await run(process.execPath, [join(vigil, 'bin/vigil.mjs'), '--help']);
  assert.match(stdout, /Cameras into a Kafka log/);
  const files = readdirSync(builtPageDirectory);
  assert.deepEqual(readdirSync(join(vigil, 'web/dist')), files);
});
