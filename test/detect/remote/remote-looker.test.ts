import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import type { BreakerState } from '../../../src/detect/remote/circuit-breaker.ts';
import { JpegClient } from '../../../src/detect/remote/jpeg-client.ts';
import { defaultPolicy, RemoteLooker } from '../../../src/detect/remote/remote-looker.ts';
import { settle } from '../../support/fake-clock.ts';
import { type Asked, type Handler, json, startModelServer } from '../support/model-server.ts';

/** The default policy at a hundredth of its times. */
const policy = {
  ...defaultPolicy,
  firstPauseMs: 10,
  longestPauseMs: 40,
  firstRetryMs: 1,
  longestRetryMs: 50,
};
const person = { label: 'person', score: 0.9, box: { x: 1, y: 2, width: 3, height: 4 } };

function look(t: TestContext, url: string, options: { concurrency?: number; timeoutMs?: number } = {}) {
  const { concurrency = 4, timeoutMs = 5000 } = options;
  const states: BreakerState[] = [];
  const client = new JpegClient({
    url,
    headers: { authorization: 'Bearer me' },
    threshold: 0.5,
    wanted: undefined,
    timeoutMs,
  });
  const onChange = (state: BreakerState) => states.push(state);
  const looker = new RemoteLooker({ client, concurrency, clock: systemClock, random: () => 0.5, policy, onChange });
  // A circuit breaker that is open tries until it is told not to.
  t.after(() => looker.close());
  return { looker, states };
}

function frame(text: string) {
  return { jpeg: Buffer.from(text), width: 64, height: 48 };
}

/** What a healthy server answers: it sees one person. */
const well: Handler = (_, response) => json(response, [person]);

/** A server that is not well for the first requests. */
function wellAfter(count: number, unwell: Handler): Handler {
  return (asked, response) => (asked.number < count ? unwell(asked, response) : well(asked, response));
}

test('a picture is posted as it is, and what comes back is reported', async (t) => {
  const answer = [
    { label: 'dog', score: 0.6, box: { x: -5, y: 40.123, width: 20, height: 20 } },
    person,
    { label: 'ghost', score: 0.4, box: { x: 0, y: 0, width: 5, height: 5 } },
    { label: 'far', score: 1, box: { x: 100, y: 0, width: 5, height: 5 } },
  ];
  const server = await startModelServer(t, (_, response) => json(response, answer));
  const { looker } = look(t, `${server.url}/detect?size=1`);
  const { detections, inferenceUs } = await looker.look(frame('a picture'));
  assert.deepEqual(detections, [
    person,
    { label: 'dog', score: 0.6, box: { x: 0, y: 40.12, width: 15, height: 7.88 } },
  ]);
  assert.ok(inferenceUs > 0);
  const [{ method, path, headers, body } = {} as Asked] = server.asked;
  assert.deepEqual([method, path, body.toString()], ['POST', '/detect?size=1', 'a picture']);
  assert.deepEqual([headers['content-type'], headers.authorization], ['image/jpeg', 'Bearer me']);
});

const passing: [what: string, unwell: Handler][] = [
  ['a 500', (_, response) => json(response, { error: 'out of memory' }, 500)],
  ['a 503 that asks for patience', (_, response) => response.writeHead(503, { 'retry-after': '0' }).end()],
  ['a 429', (_, response) => json(response, {}, 429)],
  ['a connection that is reset', (_, response) => response.destroy()],
  [
    'an answer that stops in its middle',
    (_, response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write('[{"label":', () => response.destroy());
    },
  ],
  ['a word that is no JSON', (_, response) => response.end('<html>Welcome</html>')],
  ['JSON that is no detections', (_, response) => json(response, [{ label: 'person', score: 7 }])],
  [
    'an answer without an end',
    (_, response) => {
      response.on('error', () => {});
      const flood = (): unknown => response.destroyed || response.write(Buffer.alloc(65_536, '['), flood);
      response.on('drain', flood);
      flood();
    },
  ],
];
for (const [what, unwell] of passing) {
  test(`after ${what} the frame is sent again, until it is answered`, async (t) => {
    const server = await startModelServer(t, wellAfter(7, unwell));
    const { looker, states } = look(t, server.url);
    assert.deepEqual((await looker.look(frame('x'))).detections, [person]);
    assert.deepEqual([looker.status.answered, looker.status.retried >= 5], [1, true]);
    assert.deepEqual(states.slice(0, 2), ['open', 'half-open']);
    assert.equal(states.at(-1), 'closed');
  });
}

test('an answer that does not come in time is given up and asked for again', async (t) => {
  const server = await startModelServer(
    t,
    wellAfter(1, () => {}),
  );
  const { looker } = look(t, server.url, { timeoutMs: 50 });
  assert.deepEqual((await looker.look(frame('x'))).detections, [person]);
  assert.match(looker.status.lastFailure ?? '', /no whole answer within 50 ms/);
});

test('bytes that are not HTTP are a failure of the server', async (t) => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { looker, states } = look(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const rejected = assert.rejects(looker.look(frame('x')), { code: 'PART_FAILED' });
  while (states.at(-1) !== 'open') await settle();
  assert.match(looker.status.lastFailure ?? '', /127\.0\.0\.1:\d+\/: /);
  await looker.close();
  await rejected;
});

test('while nobody listens frames wait, and all are answered once somebody does', async (t) => {
  const first = await startModelServer(t, well);
  await first.stop();
  const { looker, states } = look(t, first.url);
  const looks = Array.from({ length: 9 }, (_, number) => looker.look(frame(`${number}`)));
  while (states.length < 5) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.match(looker.status.lastFailure ?? '', /ECONNREFUSED/);
  assert.equal(looker.status.inHand, 9);
  const server = await startModelServer(t, well, first.port);
  for (const { detections } of await Promise.all(looks)) assert.deepEqual(detections, [person]);
  const frames = server.asked.map(({ body }) => body.toString()).filter((body) => body.length === 1);
  assert.deepEqual(frames.sort(), [...'012345678']);
  assert.deepEqual([looker.status.blamed, looker.status.inHand], [0, 0]);
});

for (const status of [400, 413, 415, 422]) {
  test(`a ${status} is the frame's fault, in the server's words, and is not repeated`, async (t) => {
    const server = await startModelServer(t, (_, response) => json(response, { error: 'not  a\npicture' }, status));
    const { looker } = look(t, server.url);
    const message = `${server.url}/ answers ${status}: not a picture`;
    await assert.rejects(looker.look(frame('x')), { code: 'INFERENCE_FAILED', message });
    assert.equal(server.asked.length, 1);
  });
}

for (const [status, advice] of [
  [401, /headers/],
  [403, /headers/],
  [404, /path/],
  [302, /redirects are not followed/],
] as const) {
  test(`a ${status} is not the frame's fault: it waits until the detector is let in`, async (t) => {
    const server = await startModelServer(
      t,
      wellAfter(6, (_, response) => response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('no')),
    );
    const faults: (string | undefined)[] = [];
    const { url } = server;
    const client = new JpegClient({ url, headers: {}, threshold: 0, wanted: undefined, timeoutMs: 5000 });
    const looker = new RemoteLooker({
      client,
      concurrency: 2,
      clock: systemClock,
      random: Math.random,
      policy,
      onChange: (_, { error }) => faults.push(error && 'next' in error ? String(error.next) : undefined),
    });
    t.after(() => looker.close());
    assert.deepEqual((await looker.look(frame('x'))).detections, [person]);
    assert.match(faults[0] ?? '', advice);
    assert.equal(looker.status.blamed, 0);
  });
}

/** A server that fails over one frame, in its own way, and answers all others. */
function poisonedBy(poison: string, fail: Handler): Handler {
  return (asked, response) => (asked.body.toString() === poison ? fail(asked, response) : well(asked, response));
}

for (const [what, fail] of [
  ['a 500', (_: Asked, response) => json(response, { error: 'assertion failed' }, 500)],
  ['a crash', (_: Asked, response) => response.destroy()],
] as [string, Handler][]) {
  test(`a frame that brings ${what} each time is blamed, alone, and the others are answered`, async (t) => {
    const server = await startModelServer(t, poisonedBy('poison', fail));
    const { looker } = look(t, server.url);
    const frames = ['a', 'b', 'poison', 'c', 'd', 'e', 'f'];
    const outcomes = await Promise.allSettled(frames.map((text) => looker.look(frame(text))));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      frames.map((text) => (text === 'poison' ? 'rejected' : 'fulfilled')),
    );
    const [error] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    assert.equal(error.code, 'INFERENCE_FAILED');
    assert.match(error.message, /failed on this frame 6 times while it answered others/);
    assert.equal(looker.status.blamed, 1);
  });
}

test('even when there is no other frame: a grey picture shows that it is not the server', async (t) => {
  const server = await startModelServer(
    t,
    poisonedBy('poison', (_, response) => json(response, {}, 500)),
  );
  const { looker } = look(t, server.url, { concurrency: 1 });
  await assert.rejects(looker.look(frame('poison')), { code: 'INFERENCE_FAILED' });
});

test('when a server dies with many frames in hand only the one that kills it is blamed', async (t) => {
  // Every request that is under way is lost with the server.
  const open = new Set<Parameters<Handler>[1]>();
  const server = await startModelServer(t, async (asked, response) => {
    open.add(response);
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (asked.body.toString() === 'poison') for (const each of open) each.destroy();
    else if (!response.destroyed) json(response, [person]);
    open.delete(response);
  });
  const { looker } = look(t, server.url);
  const frames = Array.from({ length: 15 }, (_, number) => (number === 7 ? 'poison' : `${number}`));
  const outcomes = await Promise.allSettled(frames.map((text) => looker.look(frame(text))));
  const blamed = frames.filter((_, index) => outcomes[index]?.status === 'rejected');
  assert.deepEqual(blamed, ['poison']);
});

test('at the end frames that wait for a server are let go at once, to be looked at another time', async (t) => {
  const { url, stop } = await startModelServer(t, well);
  await stop();
  const { looker, states } = look(t, url);
  const looks = Promise.allSettled([looker.look(frame('a')), looker.look(frame('b'))]);
  while (states.at(-1) !== 'open') await settle();
  looker.giveUpWaiting();
  for (const outcome of await looks) {
    assert.equal(outcome.status === 'rejected' && outcome.reason.code, 'PART_FAILED');
  }
  await looker.close();
});

test('at the end a request under way may still be answered', async (t) => {
  let answer: () => void = () => assert.fail('it was not asked');
  const server = await startModelServer(t, (asked, response) => {
    answer = () => well(asked, response);
  });
  const { looker } = look(t, server.url);
  const seen = looker.look(frame('a'));
  while (server.asked.length === 0) await settle();
  looker.giveUpWaiting();
  answer();
  assert.deepEqual((await seen).detections, [person]);
  await looker.close();
});
