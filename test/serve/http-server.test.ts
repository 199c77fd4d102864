import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { refusal } from '../../src/serve/host-check.ts';
import { result, statement } from './fake-log.ts';
import { serve } from './serve-harness.ts';

const jpeg = Buffer.from([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]);

test('the newest picture of a camera is a JPEG, and there is none before the first', async (context) => {
  const { log, get, until } = await serve(context);
  assert.equal((await get('/api/cameras/entrance/frame.jpg')).status, 404);
  log.state(statement());
  log.answer(result(0), jpeg);
  await until((snapshot) => snapshot.cameras[0]?.results === 1);
  const answer = await get('/api/cameras/entrance/frame.jpg');
  assert.equal(answer.headers.get('content-type'), 'image/jpeg');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), jpeg);
});

test('metrics count frames by stage and outcome, and over all outcomes they add up', async (context) => {
  const { log, get, until } = await serve(context);
  log.answer(result(0), jpeg);
  log.answer(result(1, { error: { code: 'INFERENCE_FAILED', message: 'no' } }), jpeg);
  log.state(statement({ captured: 6, published: 3, lost: { 'buffer-full': 2, 'disk-full': 1 } }));
  await until((snapshot) => snapshot.cameras[0]?.results === 2 && snapshot.cameras[0].captured === 6);
  const text = await (await get('/metrics')).text();
  const frames = (stage: string, outcome: string, reason = '') =>
    new RegExp(
      `vigil_frames_total\\{camera="entrance",stage="${stage}",outcome="${outcome}",reason="${reason}"\\} (\\d+)`,
    ).exec(text)?.[1];
  assert.equal(frames('capture', 'ok'), '3');
  assert.equal(frames('capture', 'lost', 'buffer-full'), '2');
  assert.equal(frames('capture', 'lost', 'disk-full'), '1');
  assert.equal(frames('publish', 'ok'), '3');
  assert.equal(frames('detect', 'ok'), '1');
  assert.equal(frames('detect', 'failed', 'INFERENCE_FAILED'), '1');
  assert.equal(frames('detect', 'skipped'), '0');
  assert.match(
    text,
    /vigil_detector_frames_total\{camera="entrance",detector="people@1",outcome="failed",reason="INFERENCE_FAILED"\} 1/,
  );
  assert.match(text, /vigil_frames_waiting\{camera="entrance"\} 1/);
  assert.match(text, /vigil_capture_to_result_seconds_count\{camera="entrance",detector="people@1"\} 2/);
  assert.match(text, /process_resident_memory_bytes \d/);
});

test('the OpenAPI document describes every route that programs use', async (context) => {
  const { get } = await serve(context);
  const document = (await (await get('/docs/json')).json()) as {
    openapi: string;
    paths: Record<string, { get?: { responses?: Record<string, unknown> } }>;
  };
  assert.match(document.openapi, /^3\.1/);
  assert.deepEqual(Object.keys(document.paths).sort(), [
    '/api/cameras',
    '/api/cameras/{id}/frame.jpg',
    '/api/groups',
    '/livez',
    '/metrics',
    '/readyz',
  ]);
  for (const path of Object.values(document.paths)) assert.ok(Object.keys(path.get?.responses ?? {}).length > 0);
  assert.match(await (await get('/docs')).text(), /swagger/i);
});

test('where the page is not built, its address says how to build it', async (context) => {
  const { get } = await serve(context, { pageDirectory: join(tmpdir(), 'vigil-no-such-page') });
  const answer = await get('/');
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /npm run setup/);
});

test('the page is served with a policy that lets nothing foreign in', async (context) => {
  const pageDirectory = await mkdtemp(join(tmpdir(), 'vigil-page-'));
  context.after(() => rm(pageDirectory, { recursive: true }));
  await writeFile(join(pageDirectory, 'index.html'), '<!doctype html><title>a page</title>');
  const { get } = await serve(context, { pageDirectory });
  const answer = await get('/');
  assert.match(await answer.text(), /a page/);
  assert.match(answer.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/);
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
});

test('bound to loopback, the server refuses names that are not the machine’s own', async (context) => {
  const { url } = await serve(context);
  const { port } = new URL(url);
  assert.equal(await statusWith(url, { host: 'evil.example' }), 403);
  assert.equal(await statusWith(url, { host: `evil.example:${port}` }), 403);
  assert.equal(await statusWith(url, { host: `localhost:${port}` }), 200);
  assert.equal(await statusWith(url, { host: `[::1]:${port}` }), 200);
});

test('a page of another origin can open neither the API nor the live feed', async (context) => {
  const { url, get } = await serve(context);
  assert.equal((await get('/api/cameras', { origin: 'http://evil.example' })).status, 403);
  assert.equal((await get('/api/cameras', { origin: url })).status, 200);
  assert.equal(await upgradeStatus(url, 'http://evil.example'), 403);
  assert.equal(await upgradeStatus(url, 'null'), 403);
  assert.equal(await upgradeStatus(url, url), 101);
  assert.equal(await upgradeStatus(url, undefined), 101);
});

test('bound to an address of the network, the server answers to the name it is called by', () => {
  assert.equal(refusal({ host: 'vigil.example:8080' }, '0.0.0.0'), undefined);
  assert.equal(refusal({ host: 'vigil.example:8080', origin: 'http://vigil.example:8080' }, '0.0.0.0'), undefined);
  assert.match(refusal({ host: 'vigil.example', origin: 'http://evil.example' }, '0.0.0.0') ?? '', /evil\.example/);
});

async function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  // fetch does not let anyone set Host.
  request(`${url}/api/cameras`, { headers }, (response) => resolve(response.resume().statusCode))
    .on('error', reject)
    .end();
  return promise;
}

async function upgradeStatus(url: string, origin: string | undefined): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, origin === undefined ? {} : { origin });
  socket.on('open', () => resolve(101));
  socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  socket.on('error', () => {});
  const status = await promise;
  socket.terminate();
  return status;
}
