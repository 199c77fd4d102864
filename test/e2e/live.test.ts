import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import type { CameraAccount, LedgerSnapshot } from '../../src/topics/camera-account.ts';
import type { LiveFrameHeader } from '../../src/topics/live-message.ts';
import { media, model, modelsFolder } from '../support/material.ts';
import { commandOf, isRunning, processTree } from '../support/processes.ts';
import { ownPlace, startVigil, temporaryFolder, type Vigil } from '../support/vigil.ts';

const skip = !media('people/vtest.avi')
  ? 'needs vtest.avi'
  : !model('yolox_nano.onnx')
    ? 'needs yolox_nano.onnx'
    : process.platform !== 'linux'
      ? 'needs Linux to find the parts by their names'
      : false;
const env = { VIGIL_MODELS: modelsFolder, VIGIL_MEDIA: join(media('people/vtest.avi') ?? '', '..', '..') };

async function startDemo(t: TestContext, configuration = ''): Promise<{ vigil: Vigil; url: string }> {
  const folder = await temporaryFolder(t);
  const site = join(folder, 'site.yml');
  await writeFile(site, configuration);
  const vigil = startVigil(t, ['up', ...(configuration ? [site] : []), ...ownPlace(join(folder, 'data'))], env);
  const [url] = await vigil.printed(/http:\/\/127\.0\.0\.1:\d+/);
  return { vigil, url };
}

/** The first picture on the live feed that `accept` likes. */
async function livePicture(
  url: string,
  accept: (header: LiveFrameHeader) => boolean,
): Promise<{ header: LiveFrameHeader; jpeg: Buffer }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  try {
    return await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the feed closed')));
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (!isBinary) return;
        const end = 4 + data.readUInt32BE(0);
        const header = JSON.parse(data.subarray(4, end).toString('utf8')) as LiveFrameHeader;
        if (accept(header)) resolve({ header, jpeg: data.subarray(end) });
      });
    });
  } finally {
    socket.removeAllListeners('close');
    socket.close();
    await once(socket, 'close');
  }
}

/** Asks for the ledger until it is as wanted; the page's server may be away meanwhile. */
async function untilAccount(url: string, wanted: (account: CameraAccount) => boolean): Promise<CameraAccount> {
  for (;;) {
    const snapshot = await fetch(`${url}/api/cameras`).then(
      (response) => response.json() as Promise<LedgerSnapshot>,
      () => undefined,
    );
    const account = snapshot?.cameras?.[0];
    if (account && wanted(account)) return account;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function partOf(vigil: Vigil, name: string): number {
  const pid = processTree(vigil.child.pid ?? 0).find((each) => commandOf(each).startsWith(`vigil ${name}`));
  assert.ok(pid, `a process for ${name}`);
  return pid;
}

test('the demo shows people in boxes, live, and leaves nothing behind at Ctrl-C', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const { vigil, url } = await startDemo(t);
  const { header, jpeg } = await livePicture(url, ({ detections }) => detections.length > 0);
  assert.equal(header.camera, 'demo');
  assert.ok(header.detections.every(({ label, score }) => label === 'person' && score > 0 && score <= 1));
  for (const { box } of header.detections) {
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= header.width && box.y + box.height <= header.height);
  }
  assert.deepEqual([jpeg[0], jpeg[1], jpeg.at(-2), jpeg.at(-1)], [0xff, 0xd8, 0xff, 0xd9], 'a whole JPEG');
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  assert.equal((await fetch(`${url}/livez`)).status, 200);
  assert.match(
    await (await fetch(`${url}/metrics`)).text(),
    /vigil_frames_total\{camera="demo",stage="detect",outcome="ok"[^}]*\} [1-9]/,
  );
  assert.equal((await fetch(`${url}/docs/json`)).status, 200);

  const tree = processTree(vigil.child.pid ?? 0);
  assert.ok(tree.length >= 5, 'supervisor, broker, capture, detector, page');
  await vigil.interrupt();
  assert.deepEqual(tree.filter(isRunning), [], 'nothing is left running');
  assert.doesNotMatch(vigil.stderr, /killed/, 'every part ended by itself');
});

test('whichever part is killed comes back, the others go on, and the ledger adds up', {
  skip,
  timeout: 240_000,
}, async (t) => {
  // Few enough frames for a busy machine to catch up.
  const { vigil, url } = await startDemo(t, 'capture: { fps: 4 }');
  let before = await untilAccount(url, ({ results }) => results > 5);
  for (const name of ['detect', 'capture', 'serve', 'broker']) {
    const pid = partOf(vigil, name);
    process.kill(pid, 'SIGKILL');
    const { results } = before;
    before = await untilAccount(url, (account) => account.results > results + 12 && account.waiting < 12);
    assert.notEqual(partOf(vigil, name), pid);
  }
  assert.equal(before.failed, 0);
  assert.equal(before.captured >= before.published, true);
  await vigil.interrupt();
});

test('kill -9 of the supervisor leaves no process behind', { skip, timeout: 120_000 }, async (t) => {
  const { vigil, url } = await startDemo(t);
  await untilAccount(url, ({ results }) => results > 0);
  const tree = processTree(vigil.child.pid ?? 0);
  vigil.child.kill('SIGKILL');
  await vigil.ended;
  while (tree.some(isRunning)) await new Promise((resolve) => setTimeout(resolve, 50));
});
