import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import { encodeGapStatement } from '../../src/topics/gap-statement.ts';
import { encodeModelServerStatement } from '../../src/topics/model-server-statement.ts';
import { FakeLog, result, statement } from './fake-log.ts';
import { LiveTestClient, occupyPort, serve } from './serve-harness.ts';

const jpeg = Buffer.from([0xff, 0xd8, 1, 2, 3, 0xff, 0xd9]);

function publish(log: FakeLog, frames: number, from = 0): void {
  for (let frame = from; frame < from + frames; frame++) log.answer(result(frame), jpeg);
  log.state(statement({ captured: from + frames, published: from + frames }));
}

test('the ledger counts what capture states and what detectors answer', async (context) => {
  const { log, until, get } = await serve(context);
  publish(log, 5);
  log.state(statement({ captured: 7, published: 6, lost: { 'disk-full': 1 } }));
  await until((snapshot) => snapshot.cameras[0]?.results === 5);
  const { cameras } = (await (await get('/api/cameras')).json()) as { cameras: Record<string, unknown>[] };
  const { camera, captured, published, results, waiting, lost, lostReasons } = cameras[0] ?? {};
  assert.deepEqual(
    { camera, captured, published, results, waiting, lost, lostReasons },
    { camera: 'entrance', captured: 7, published: 6, results: 5, waiting: 1, lost: 1, lostReasons: { 'disk-full': 1 } },
  );
});

test('a server that is started again counts the same', async (context) => {
  const first = await serve(context);
  publish(first.log, 20);
  const before = await first.until((snapshot) => snapshot.cameras[0]?.results === 20);
  await first.part.close();
  const second = await serve(context, { log: first.log });
  const after = await second.until((snapshot) => snapshot.feed === 'live' && snapshot.cameras[0]?.results === 20);
  const account = ({ cameras }: typeof after) => {
    const { captured, published, results, failed, lost, waiting, doubled } = cameras[0] ?? assert.fail('no camera');
    return { captured, published, results, failed, lost, waiting, doubled };
  };
  assert.deepEqual(account(after), account(before));
  assert.equal(after.cameras[0]?.doubled, 0);
});

test('after a restart the latency of earlier results is the one they had, not the time since', async (context) => {
  const log = new FakeLog();
  const capturedMs = Date.now() - 20_000;
  log.state(statement({ openedAtUs: capturedMs * 1000, captured: 1, published: 1 }));
  const late = result(0);
  late.frame.capturedAtUs = capturedMs * 1000;
  log.answer(late, jpeg, capturedMs + 40);
  const { until } = await serve(context, { log });
  const { cameras } = await until((snapshot) => snapshot.cameras[0]?.results === 1);
  assert.deepEqual(cameras[0]?.latencyMs, { p50: 40, p99: 40 });
});

test('sessions from before the given moment are not counted, and neither are their late results', async (context) => {
  const log = new FakeLog();
  const sinceMs = Date.now();
  log.state(statement({ session: 'old', openedAtUs: (sinceMs - 5_000) * 1000, captured: 9, published: 9 }));
  const { until } = await serve(context, { log, sinceMs });
  log.answer(result(8, { session: 'old' }), jpeg);
  log.state(
    statement({ session: 'new', state: 'ended', openedAtUs: (sinceMs + 10) * 1000, captured: 1, published: 1 }),
  );
  log.answer(result(0, { session: 'new' }), jpeg);
  const { cameras } = await until((snapshot) => snapshot.cameras[0]?.complete === true);
  assert.deepEqual(
    cameras.map(({ session, captured, results }) => ({ session, captured, results })),
    [{ session: 'new', captured: 1, results: 1 }],
  );
});

test('a record that breaks the message contract is left out, counted, and stops nothing', async (context) => {
  const { log, until, get } = await serve(context);
  log.append({ topic: 'ledger', partition: 0, value: Buffer.from('{"camera":"x"}'), headers: new Map() }, Date.now());
  log.append({ topic: 'processed_images', partition: 0, value: jpeg, headers: new Map() }, Date.now());
  log.answer(result(0, { detections: {} as never }), jpeg);
  publish(log, 1);
  await until((snapshot) => snapshot.cameras[0]?.results === 1);
  const metrics = await (await get('/metrics')).text();
  assert.match(metrics, /vigil_invalid_records_total\{topic="ledger"\} 1/);
  assert.match(metrics, /vigil_invalid_records_total\{topic="processed_images"\} 2/);
});

test('the server answers before there is a broker, and reads as soon as there is one', async (context) => {
  const log = new FakeLog();
  log.isDown = true;
  const { get, until } = await serve(context, { log });
  assert.equal((await get('/livez')).status, 200);
  const refused = await get('/readyz');
  assert.equal(refused.status, 503);
  assert.match(((await refused.json()) as { reason: string }).reason, /waiting for the broker at log-in-memory:1/);
  await until((snapshot) => snapshot.feed === 'connecting');
  log.isDown = false;
  await until((snapshot) => snapshot.feed === 'live');
  assert.equal((await get('/readyz')).status, 200);
});

test('where cameras are expected, ready means that one of them was heard', async (context) => {
  const { log, get, until } = await serve(context, { expectedDetectors: { entrance: ['people@1'] } });
  await until((snapshot) => snapshot.feed === 'live');
  assert.equal((await get('/readyz')).status, 503);
  log.state(statement());
  await until((snapshot) => snapshot.cameras.length === 1);
  assert.equal((await get('/readyz')).status, 200);
});

test('a frame counts as answered only when every expected detector has answered', async (context) => {
  const { log, until } = await serve(context, { expectedDetectors: { entrance: ['people@1', 'faces@1'] } });
  publish(log, 2);
  log.answer(result(0, { detector: 'faces@1' }), jpeg);
  const { cameras } = await until((snapshot) => snapshot.cameras[0]?.results === 1);
  assert.equal(cameras[0]?.waiting, 1);
});

test('the supervisor is told of the account as it changes', async (context) => {
  const told = Promise.withResolvers<number>();
  const { log } = await serve(context, {
    onSnapshot: ({ cameras }) => {
      if (cameras[0]?.results === 3) told.resolve(cameras[0].results);
    },
  });
  publish(log, 3);
  assert.equal(await told.promise, 3);
});

test('a port in use is named, with what to do', async (context) => {
  const port = await occupyPort(context);
  await assert.rejects(serve(context, { http: { host: '127.0.0.1', port } }), (error) => {
    assert.ok(isFault(error, 'PORT_IN_USE'));
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}`));
    assert.match(error.next, /--http/);
    return true;
  });
});

test('an address that is not this machine’s cannot be listened on', async (context) => {
  await assert.rejects(serve(context, { http: { host: '192.0.2.1', port: 0 } }), (error) =>
    isFault(error, 'LISTEN_FAILED'),
  );
});

test('closing says goodbye to every client and waits for none that is silent', async (context) => {
  const { url, part } = await serve(context);
  const polite = await LiveTestClient.connect(url);
  const silent = await LiveTestClient.connect(url);
  silent.socket.pause();
  const goodbye = once(polite.socket, 'close');
  const startedAtMs = performance.now();
  await part.close();
  assert.ok(performance.now() - startedAtMs < 5000);
  assert.equal((await goodbye)[0], 1001);
  await part.done;
  silent.socket.terminate();
});

test('what a replay says of past frames is in nobody’s account, and not shown as live', async (context) => {
  const { log, until, url } = await serve(context);
  publish(log, 1);
  await until(({ feed }) => feed === 'live');
  const client = await LiveTestClient.connect(url);
  await client.snapshot(() => true);
  log.answer(result(0, { detector: 'people@2', replay: true }), jpeg);
  log.answer(result(1), jpeg);
  log.state(statement({ captured: 2, published: 2 }));
  const { cameras } = await client.snapshot((snapshot) => snapshot.cameras[0]?.results === 2);
  assert.deepEqual([cameras[0]?.waiting, cameras[0]?.doubled], [0, 0]);
  const shown = (await client.framesTo(1)).map(({ header }) => header.detector);
  assert.equal(shown.includes('people@2'), false);
  client.socket.terminate();
});

test('the metrics say whose model is on a server that does not answer', async (context) => {
  const { log, until, get } = await serve(context);
  const about = { detector: 'people@1', server: 'http://models.local/detect', inHand: 3 };
  const statedAtUs = Date.now() * 1000;
  for (const [instance, breaker] of [
    ['a', 'open'],
    ['b', 'closed'],
  ] as const) {
    log.append(encodeModelServerStatement({ ...about, instance, breaker, statedAtUs }), Date.now());
  }
  publish(log, 1);
  await until((snapshot) => snapshot.cameras[0]?.results === 1);
  const text = await (await get('/metrics')).text();
  assert.match(text, /^vigil_model_server_waiting\{detector="people@1"\} 1$/m);
});

test('the metrics count frames that the track stage passed over, each statement once', async (context) => {
  const { log, until, get } = await serve(context);
  const gap = { camera: 'yard', session: 'a', detector: 'people@1', first: 7, last: 9, reason: 'never-came' } as const;
  for (const each of [gap, gap, { ...gap, first: 20, last: 20 }]) log.append(encodeGapStatement(each), Date.now());
  publish(log, 1);
  await until((snapshot) => snapshot.cameras[0]?.results === 1);
  const text = await (await get('/metrics')).text();
  assert.match(
    text,
    /^vigil_order_gap_frames_total\{camera="yard",detector="people@1",group="track",reason="never-came"\} 4$/m,
  );
});
