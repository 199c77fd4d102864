import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import { looksLive, parseSource } from '../../src/capture/source.ts';
import { temporaryDirectory } from './capture-run.ts';

test('each kind of source is told by its address', async (t) => {
  const folder = await temporaryDirectory(t);
  const path = join(folder, 'a film: 100 %d.mp4');
  await writeFile(path, '');
  assert.deepEqual(await parseSource(path), { kind: 'file', path });
  assert.deepEqual(await parseSource(folder), { kind: 'folder', path: folder });
  assert.deepEqual(await parseSource('rtsp://host/1'), { kind: 'rtsp', url: 'rtsp://host/1' });
  assert.deepEqual(await parseSource('RTSPS://host/1'), { kind: 'rtsp', url: 'RTSPS://host/1' });
  assert.deepEqual(await parseSource('https://host/1.m3u8'), { kind: 'http', url: 'https://host/1.m3u8' });
  assert.deepEqual(await parseSource('srt://host:9000'), { kind: 'stream', url: 'srt://host:9000' });
  assert.deepEqual(await parseSource('testsrc'), { kind: 'test-picture', seconds: undefined });
  assert.deepEqual(await parseSource('testsrc:2.5'), { kind: 'test-picture', seconds: 2.5 });
  assert.deepEqual(await parseSource('dshow:video=Cam'), { kind: 'device', format: 'dshow', name: 'video=Cam' });
  assert.deepEqual(await parseSource('avfoundation:0'), { kind: 'device', format: 'avfoundation', name: '0' });
});

test('a path that does not exist is named, with where it was looked for', async () => {
  await assert.rejects(parseSource('no/such.mp4'), (error) => {
    return isFault(error, 'SOURCE_NOT_FOUND') && error.message.includes(join(process.cwd(), 'no/such.mp4'));
  });
});

test('cameras are live; films, folders and films on a server have an end', () => {
  for (const live of ['rtsp://h/1', 'http://h/mjpg', 'http://h/live.m3u8', '/dev/video0', 'testsrc', 'srt://h:1']) {
    assert.ok(looksLive(live), live);
  }
  for (const film of ['a.mp4', './folder', 'file:///a.mp4', 'https://h/a.mp4?x=1', 'testsrc:5']) {
    assert.ok(!looksLive(film), film);
  }
});
