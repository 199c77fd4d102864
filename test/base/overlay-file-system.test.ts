import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FileSystem, readWholeFile, writeFully } from '../../src/base/file-system.ts';
import { MemoryFileSystem } from '../../src/base/memory-file-system.ts';
import { OverlayFileSystem } from '../../src/base/overlay-file-system.ts';

/** A folder with two files, and the same with an overlay over it. */
function layers(): { below: MemoryFileSystem; above: OverlayFileSystem } {
  const below = new MemoryFileSystem();
  below.makeDirectory('/data/log');
  write(below, '/data/log/a', Buffer.alloc(150_000, 'a'));
  write(below, '/data/log/b', Buffer.from('bbb'));
  return { below, above: new OverlayFileSystem(below) };
}

function write(fileSystem: FileSystem, path: string, content: Buffer, position = 0): void {
  const file = fileSystem.open(path, 'create');
  writeFully(file, [content], position);
  file.close();
}

const content = (fileSystem: FileSystem, path: string) => readWholeFile(fileSystem, path)?.toString('latin1');

test('what lies below shows through until it is changed, and is never changed itself', async () => {
  const { below, above } = layers();
  assert.equal(content(above, '/data/log/b'), 'bbb');
  write(above, '/data/log/b', Buffer.from('XY'), 2);
  write(above, '/data/log/c', Buffer.from('new'));
  await above.remove('/data/log/a');
  assert.equal(content(above, '/data/log/b'), 'bbXY');
  assert.deepEqual(above.list('/data/log').sort(), ['b', 'c']);
  assert.equal(above.stat('/data/log/a'), undefined);
  assert.equal(content(below, '/data/log/b'), 'bbb');
  assert.deepEqual(below.list('/data/log').sort(), ['a', 'b']);
});

test('what was cut off does not show through again, whether pages around it were written or not', () => {
  for (const isWritten of [false, true]) {
    const { above } = layers();
    if (isWritten) write(above, '/data/log/a', Buffer.from('X'), 99_999);
    const file = above.open('/data/log/a', 'write');
    file.truncate(100_000);
    file.truncate(140_000);
    file.close();
    const expected = 'a'.repeat(99_999) + (isWritten ? 'X' : 'a') + '\0'.repeat(40_000);
    assert.ok(content(above, '/data/log/a') === expected);
  }
});

test('folders are renamed with what lies in them below', () => {
  const { below, above } = layers();
  above.rename('/data/log', '/data/moved');
  assert.deepEqual(above.list('/data'), ['moved']);
  assert.equal(content(above, '/data/moved/b'), 'bbb');
  assert.equal(above.stat('/data/log/b'), undefined);
  assert.deepEqual(below.list('/data'), ['log']);
});

test('the lock is taken below', () => {
  const { below, above } = layers();
  const lock = above.lock('/data/.lock');
  assert.throws(() => below.lock('/data/.lock'));
  lock.release();
});
