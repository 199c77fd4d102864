import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';

const logger = join(import.meta.dirname, '../../src/base/logger.ts');

/** What a process writes to standard error when it says these things. */
function said(statements: string, env: NodeJS.ProcessEnv): Promise<string> {
  const program = `import { createLogger } from ${JSON.stringify(logger)}; const logger = createLogger('yard'); ${statements}`;
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env } };
    execFile(process.execPath, ['--input-type=module', '-e', program], options, (error, _, stderr) =>
      error ? reject(error) : resolve(stderr),
    );
  });
}

test('a line is written from its level on, for people or as JSON with its fields', async () => {
  const statements = `logger.info('below'); logger.warn({ camera: 'gate' }, 'dark');`;
  const env = { VIGIL_LOG_LEVEL: 'warn' };
  const [forPeople, json] = await Promise.all([
    said(statements, env),
    said(statements, { ...env, VIGIL_LOG_FORMAT: 'json' }),
  ]);
  assert.match(forPeople, /^\[[\d:.]+\] WARN: yard: dark \{"camera":"gate"\}\n$/);
  const { name, camera, msg } = JSON.parse(json);
  assert.deepEqual({ name, camera, msg }, { name: 'yard', camera: 'gate', msg: 'dark' });
});

test('a process that can open no more files still says what is wrong', async () => {
  const noMoreFiles = `const fs = process.getBuiltinModule('node:fs');
    fs.readFileSync = () => { throw new Error('EMFILE: too many open files'); };`;
  const stderr = await said(`${noMoreFiles} logger.error({ err: 1 }, 'Cannot accept a connection');`, {});
  assert.match(stderr, /yard: Cannot accept a connection \(without its fields: .*EMFILE/);
});
