import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isFault, systemErrorCode } from '../../src/base/errors.ts';
import { type FileSystem, LockHolder, readWholeFile, replaceFile, writeFully } from '../../src/base/file-system.ts';
import { MemoryFileSystem } from '../../src/base/memory-file-system.ts';
import { nodeFileSystem } from '../../src/base/node-file-system.ts';
import { OverlayFileSystem } from '../../src/base/overlay-file-system.ts';

/** Every implementation, with an empty folder in it. */
function implementations(context: TestContext): { fileSystem: FileSystem; folder: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-files-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const memory = new MemoryFileSystem();
  memory.makeDirectory('/folder');
  const below = new MemoryFileSystem();
  below.makeDirectory('/folder');
  return [
    { fileSystem: nodeFileSystem, folder },
    { fileSystem: memory, folder: '/folder' },
    { fileSystem: new OverlayFileSystem(below), folder: '/folder' },
  ];
}

const isMissing = (error: unknown): boolean => systemErrorCode(error) === 'ENOENT';

test('bytes written at a place are read there, across gaps and truncation', (context) => {
  for (const { fileSystem, folder } of implementations(context)) {
    const file = fileSystem.open(`${folder}/file`, 'create');
    writeFully(file, [Buffer.from('abc'), Buffer.alloc(0), Buffer.from('def')], 0);
    writeFully(file, [Buffer.from('end')], 200_000);
    file.truncate(200_002);
    const target = Buffer.alloc(8, 0xff);
    assert.equal(file.read(target, 4), 8);
    assert.deepEqual([...target], [101, 102, 0, 0, 0, 0, 0, 0]);
    assert.equal(file.read(target, 200_000), 2);
    assert.equal(target.toString('latin1', 0, 2), 'en');
    assert.equal(file.read(target, 200_002), 0);
    assert.equal(file.sizeBytes(), 200_002);
    file.truncate(2);
    file.truncate(6);
    assert.equal(readWholeFile(fileSystem, `${folder}/file`)?.toString('latin1'), 'ab\0\0\0\0');
    file.close();
  }
});

test('files are created only when asked, and what they hold stays when they are opened again', (context) => {
  for (const { fileSystem, folder } of implementations(context)) {
    assert.throws(() => fileSystem.open(`${folder}/file`, 'read'), isMissing);
    assert.throws(() => fileSystem.open(`${folder}/file`, 'write'), isMissing);
    assert.throws(() => fileSystem.open(`${folder}/missing/file`, 'create'), isMissing);
    writeFully(fileSystem.open(`${folder}/file`, 'create'), [Buffer.from('abc')], 0);
    assert.equal(fileSystem.open(`${folder}/file`, 'create').sizeBytes(), 3);
    assert.equal(readWholeFile(fileSystem, `${folder}/other`), undefined);
  }
});

test('folders are made with those above, listed by name, renamed with what they hold, and removed when empty', async (context) => {
  for (const { fileSystem, folder } of implementations(context)) {
    fileSystem.makeDirectory(`${folder}/a/b`);
    fileSystem.makeDirectory(`${folder}/a/b`);
    await replaceFile(fileSystem, `${folder}/a/b/file`, Buffer.from('1'));
    await replaceFile(fileSystem, `${folder}/a/b/file`, Buffer.from('2'));
    fileSystem.rename(`${folder}/a`, `${folder}/c`);
    assert.deepEqual(fileSystem.list(`${folder}/c/b`), ['file']);
    assert.equal(readWholeFile(fileSystem, `${folder}/c/b/file`)?.toString(), '2');
    assert.equal(fileSystem.stat(`${folder}/a`), undefined);
    assert.equal(fileSystem.stat(`${folder}/c`)?.isDirectory, true);
    assert.throws(
      () => fileSystem.removeDirectory(`${folder}/c/b`),
      (error) => systemErrorCode(error) === 'ENOTEMPTY',
    );
    await fileSystem.remove(`${folder}/c/b/file`);
    await fileSystem.remove(`${folder}/c/b/file`);
    fileSystem.removeDirectory(`${folder}/c/b`);
    fileSystem.removeDirectory(`${folder}/c/b`);
    assert.throws(() => fileSystem.list(`${folder}/c/b`), isMissing);
    assert.throws(() => fileSystem.rename(`${folder}/x`, `${folder}/y`), isMissing);
  }
});

test('a lock is held once, and again after it was released', (context) => {
  for (const { fileSystem, folder } of implementations(context)) {
    const lock = fileSystem.lock(`${folder}/.lock`);
    assert.throws(
      () => fileSystem.lock(`${folder}/.lock`),
      (error) => isFault(error, 'DATA_DIRECTORY_IN_USE'),
    );
    lock.release();
    fileSystem.lock(`${folder}/.lock`).release();
  }
});

test('a lock of a living process is respected and named; one of a process that is gone is taken over', (context) => {
  const [disk] = implementations(context);
  assert.ok(disk);
  const path = `${disk.folder}/.lock`;
  const parent = process.ppid;
  writeFileSync(path, `${parent}\n`);
  assert.throws(
    () => disk.fileSystem.lock(path),
    (error) => isFault(error, 'DATA_DIRECTORY_IN_USE') && error.message.includes(`process ${parent}`),
  );
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeFileSync(path, `${pid} 12345\n`);
  disk.fileSystem.lock(path).release();
  writeFileSync(path, 'not a process');
  disk.fileSystem.lock(path).release();
});

test('who asks for a lock is told whether its holder is about to leave', (context) => {
  const [disk] = implementations(context);
  assert.ok(disk);
  const path = `${disk.folder}/.lock`;
  const lock = disk.fileSystem.lock(path);
  const refusal = (isLeaving: boolean) => (error: unknown) =>
    isFault(error, 'DATA_DIRECTORY_IN_USE') &&
    error.cause instanceof LockHolder &&
    error.cause.processId === process.pid &&
    error.cause.isLeaving === isLeaving;
  assert.throws(() => disk.fileSystem.lock(path), refusal(false));
  lock.announceRelease();
  assert.throws(() => disk.fileSystem.lock(path), refusal(true));
  lock.release();
  lock.announceRelease();
  assert.equal(disk.fileSystem.stat(path), undefined, 'a released lock announces nothing');
  disk.fileSystem.lock(path).release();
});

test('a folder where none can be made is an error, at once', {
  skip: process.platform !== 'linux' && 'needs /proc',
}, () => {
  const script = `(await import('${join(import.meta.dirname, '../../src/base/node-file-system.ts')}')).nodeFileSystem.makeDirectory('/proc/none/here')`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
  assert.equal(status, 1, 'it hung');
  assert.match(stderr.toString(), /ENOENT/);
});
