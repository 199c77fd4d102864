import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { ServeOptions } from '../../src/serve/start-serve.ts';
import type { Box } from '../../src/topics/result-record.ts';
import { event, suspicion, write } from '../store/events.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FakeLog, result, statement } from './fake-log.ts';
import { FakeTopic } from './fake-topic.ts';
import { type Served, serve } from './serve-harness.ts';
import { introduce, raise, storeOver } from './stored-harness.ts';

const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
const needs = chromium === undefined ? { skip: 'needs chromium' } : canImport('sharp') ? {} : { skip: 'needs sharp' };
function canImport(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

const launchArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser | undefined;
let pageDirectory = '';

before(async () => {
  if (chromium === undefined) return;
  pageDirectory = await mkdtemp(join(tmpdir(), 'vigil-page-'));
  await buildPage(pageDirectory);
  const { chromium: driver } = await import('playwright-core');
  browser = await driver.launch({ executablePath: chromium, args: launchArguments });
});

after(async () => {
  await browser?.close();
  if (pageDirectory !== '') await rm(pageDirectory, { recursive: true });
});

async function buildPage(outDir: string): Promise<void> {
  const { build } = await import('vite');
  const root = join(import.meta.dirname, '../../web');
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: { outDir, emptyOutDir: true } });
}

interface Visit extends Served {
  page: Page;
  /** What the browser complained about. */
  complaints: string[];
}

async function visit(
  context: TestContext,
  options: BrowserContextOptions = {},
  serving: Partial<ServeOptions> & { log?: FakeLog } = {},
): Promise<Visit> {
  const served = await serve(context, {
    ...serving,
    pageDirectory,
    notices: ['Model: none, this is a test'],
    expectedDetectors: { entrance: ['people@1'], yard: ['people@1'] },
  });
  assert.ok(browser);
  const browsing = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  context.after(() => browsing.close());
  const page = await browsing.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(served.url);
  return { ...served, page, complaints };
}

/** Where the coloured rectangle is in a synthetic frame; it moves by 12 pixels from frame to frame. */
function rectangleOf(frame: number): Box {
  return { x: 20 + (frame % 20) * 12, y: 40, width: 40, height: 90 };
}

/** A dark picture with one red rectangle. */
async function drawFrame(box: Box): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const rectangle = { create: { width: box.width, height: box.height, channels: 3, background: '#e02020' } } as const;
  return sharp({ create: { width: 320, height: 180, channels: 3, background: '#101820' } })
    .composite([{ input: rectangle, left: box.x, top: box.y }])
    .jpeg({ quality: 95, chromaSubsampling: '4:4:4' })
    .toBuffer();
}

async function show(log: FakeLog, frame: number, of: { camera?: string; session?: string } = {}): Promise<void> {
  await showTogether(log, [frame], of);
}

/** Draws first and answers then, without a pause between the frames. */
async function showTogether(
  log: FakeLog,
  frames: number[],
  of: { camera?: string; session?: string } = {},
): Promise<void> {
  const jpegs = await Promise.all(frames.map((frame) => drawFrame(rectangleOf(frame))));
  for (const [index, frame] of frames.entries()) {
    const detections = [{ label: 'person', score: 0.9, box: rectangleOf(frame) }];
    log.answer(result(frame, { ...of, detections }), jpegs[index]);
  }
}

/** Runs in the browser: the frame on the canvas, and its colours at points given in frame pixels. */
const lookAtCanvas = `(points) => {
  const canvas = document.querySelector('canvas');
  if (!canvas) return { frame: '', colours: [] };
  const scale = Math.min(canvas.width / 320, canvas.height / 180);
  const left = (canvas.width - 320 * scale) / 2;
  const top = (canvas.height - 180 * scale) / 2;
  const colourAt = ({ x, y }) => [...canvas.getContext('2d').getImageData(left + x * scale, top + y * scale, 1, 1).data];
  return { frame: canvas.dataset.frame ?? '', colours: points.map(colourAt) };
}`;

/** Frame and colours are read in one go: no painting can come between. */
function look(page: Page, points: { x: number; y: number }[]): Promise<{ frame: string; colours: number[][] }> {
  return page.evaluate(`(${lookAtCanvas})(${JSON.stringify(points)})`);
}

const isRed = ([red = 0, green = 0, blue = 0]: number[]) => red > 150 && green < 90 && blue < 90;
const isBoxColour = ([red = 0, green = 0, blue = 0]: number[]) => red < 110 && green > 170 && blue > 130;
const isZoneColour = ([red = 0, green = 0, blue = 0]: number[]) => red > 170 && green > 100 && blue < 130;
const isGround = ([red = 0, green = 0, blue = 0]: number[]) => red < 60 && green < 60 && blue < 70;

/** Inside the rectangle, on its right edge and its lower edge, and beside it. */
function checkpoints({ x, y, width, height }: Box) {
  return [
    { x: x + width / 2, y: y + height / 2 },
    { x: x + width, y: y + height / 2 },
    { x: x + width / 2, y: y + height },
    { x: x + width + 8, y: y + height / 2 },
  ];
}

function assertBoxOnRectangle(colours: number[][], what: string): void {
  const [inside = [], right = [], bottom = [], beside = []] = colours;
  assert.ok(isRed(inside), `${what}: inside the box is ${inside}`);
  assert.ok(isBoxColour(right), `${what}: the right edge is ${right}`);
  assert.ok(isBoxColour(bottom), `${what}: the lower edge is ${bottom}`);
  assert.ok(isGround(beside), `${what}: beside the box is ${beside}`);
}

test('each box lies on the thing it belongs to, in that very frame', needs, async (context) => {
  const { page, log, complaints } = await visit(context);
  log.state(statement());
  for (let frame = 0; frame < 8; frame++) {
    await show(log, frame);
    await page.waitForSelector(`canvas[data-frame="s1/${frame}"]`);
    const { colours } = await look(page, checkpoints(rectangleOf(frame)));
    assertBoxOnRectangle(colours, `frame ${frame}`);
  }
  assert.deepEqual(complaints, []);
});

test('a frame in which nothing moves says why it has no boxes', needs, async (context) => {
  const { page, log } = await visit(context);
  log.state(statement());
  const lowerLeft = [{ x: 3.2, y: 176 }];
  const seen: boolean[] = [];
  for (const [frame, change] of [{}, { gated: true as const }, {}].entries()) {
    log.answer(result(frame, { detections: [], ...change }), await drawFrame(rectangleOf(frame)));
    await page.waitForSelector(`canvas[data-frame="s1/${frame}"]`);
    const [colour = []] = (await look(page, lowerLeft)).colours;
    seen.push(!isGround(colour));
  }
  assert.deepEqual(seen, [false, true, false]);
});

test('zones, lines and masks of a camera are drawn on its picture', needs, async (context) => {
  const square = [
    [0.75, 0.3],
    [0.95, 0.3],
    [0.95, 0.9],
    [0.75, 0.9],
  ] as const;
  const scene = {
    zones: [{ name: 'door', corners: square }],
    lines: [{ name: 'gate', from: [0.5, 0.95], to: [0.7, 0.95] }],
  } as const;
  const visited = await visit(context, {}, { scenes: { entrance: { ...scene, masks: [] } } });
  visited.log.state(statement());
  await show(visited.log, 2);
  await visited.page.waitForSelector('canvas[data-frame="s1/2"]');
  const [edge = [], within = [], line = []] = (
    await look(visited.page, [
      { x: 304, y: 108 },
      { x: 272, y: 108 },
      { x: 176, y: 171 },
    ])
  ).colours;
  assert.ok(isZoneColour(edge), `the zone's edge is ${edge}`);
  assert.ok(isGround(within), `the zone's middle is ${within}`);
  assert.ok(isZoneColour(line), `the line is ${line}`);
  assert.deepEqual(visited.complaints, []);
});

test('while frames follow each other fast, no picture ever carries the box of another', needs, async (context) => {
  const { page, log } = await visit(context);
  log.state(statement());
  const allPoints = Array.from({ length: 20 }, (_, each) => checkpoints(rectangleOf(each))).flat();
  let shown = '';
  for (let burst = 0; burst < 20; burst++) {
    await showTogether(log, [burst * 3, burst * 3 + 1, burst * 3 + 2]);
    // The frames of a burst overtake each other while the page decodes; whichever is seen must be right.
    for (const before = shown; shown === before; ) {
      const looked = await look(page, allPoints);
      if (looked.frame === '') continue;
      shown = looked.frame;
      const number = Number(shown.split('/')[1]) % 20;
      assertBoxOnRectangle(looked.colours.slice(number * 4, number * 4 + 4), shown);
    }
  }
});

test('what two detectors say of one frame is drawn on that frame together', needs, async (context) => {
  const { page, log } = await visit(context);
  log.state(statement());
  const [left, right] = [rectangleOf(2), rectangleOf(14)];
  const label = (name: string, box: Box) => [{ label: name, score: 0.8, box }];
  log.answer(result(0, { detector: 'people@1', detections: label('person', left) }), await drawFrame(left));
  await page.waitForSelector('canvas[data-frame="s1/0"]');
  log.answer(result(0, { detector: 'faces@1', detections: label('face', right) }), await drawFrame(left));
  await page.getByRole('group', { name: 'Frames of' }).getByText('faces@1').waitFor();
  const { colours } = await look(page, [...checkpoints(left), ...checkpoints(right)]);
  assertBoxOnRectangle(colours.slice(0, 4), 'people');
  assert.ok(isBoxColour(colours[5] ?? []), `the edge of the other detector’s box is ${colours[5]}`);
});

test('the counts of each camera and the proof over all of them are shown', needs, async (context) => {
  const { page, log } = await visit(context);
  log.state(statement({ state: 'ended', captured: 1, published: 1, note: 'Footage: synthetic' }));
  log.state(statement({ camera: 'yard', captured: 1394, published: 1390, lost: { 'disk-full': 4 }, live: true }));
  await show(log, 0);
  const yard = page.locator('[data-camera="yard"]');
  await yard.locator('[data-count="lost"]', { hasText: '4' }).waitFor();
  assert.equal(await yard.locator('[data-count="captured"]').textContent(), '1,394');
  assert.equal(await yard.locator('[data-count="waiting"]').textContent(), '1,390');
  const entrance = page.locator('[data-camera="entrance"]');
  await entrance.getByText('Complete').waitFor();
  assert.equal(await entrance.locator('[data-count="processed"]').textContent(), '1');
  assert.match((await entrance.textContent()) ?? '', /Footage: synthetic/);
  assert.equal(await page.locator('.proof').textContent(), '1,395 in1 out1,390 waiting4 lost');
  assert.match((await page.locator('.notices').textContent()) ?? '', /Model: none, this is a test/);
});

test('when everything is through, the proof says so', needs, async (context) => {
  const { page, log } = await visit(context);
  log.state(statement({ state: 'ended', captured: 2, published: 2 }));
  await show(log, 0);
  await show(log, 1);
  await page.locator('.proof[data-proved="true"]').waitFor();
  assert.equal(await page.locator('.proof').textContent(), '2 in2 out0 lost');
});

test('a source that fails says what is wrong and what to do, and moves nothing', needs, async (context) => {
  const { page, log } = await visit(context);
  log.state(statement());
  log.state(statement({ camera: 'yard' }));
  const tile = page.locator('[data-camera="yard"]');
  await tile.getByText('Waiting for the first frame…').waitFor();
  const before = await tile.boundingBox();
  const error = { code: 'SOURCE_UNAUTHORIZED', message: 'yard refused the password', next: 'Check the `source`.' };
  log.state(statement({ camera: 'yard', state: 'reconnecting', reconnects: 2, error }));
  await tile.getByText('yard refused the password').waitFor();
  assert.match((await tile.textContent()) ?? '', /Check the source\..*Reconnecting.*2 reconnects/);
  assert.deepEqual(await tile.boundingBox(), before);
});

test('a camera is enlarged with the keyboard, and Escape leads back to where one was', needs, async (context) => {
  const { page, log } = await visit(context);
  log.state(statement());
  log.state(statement({ camera: 'yard' }));
  await show(log, 3, { camera: 'yard' });
  await page.waitForSelector('[data-camera="yard"] canvas[data-frame="s1/3"]');
  await page.getByRole('button', { name: 'Enlarge yard' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Camera yard, enlarged' });
  await dialog.locator('canvas[data-frame="s1/3"]').waitFor();
  await dialog.getByRole('img', { name: 'Latency of yard' }).locator('canvas').waitFor();
  await show(log, 4, { camera: 'yard' });
  await dialog.locator('canvas[data-frame="s1/4"]').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(`document.activeElement.getAttribute('aria-label')`), 'Enlarge yard');
});

test(
  'the ledger names every outcome by detector and session, on a phone without scrolling the page',
  needs,
  async (context) => {
    const { page, log, complaints } = await visit(context, { viewport: { width: 360, height: 740 } });
    const gap = { after: 's1', fromUs: 1_773_483_062_000_000, toUs: 1_773_483_072_000_000, reason: 'source' as const };
    log.state(statement({ captured: 9, published: 7, lost: { 'disk-full': 2 }, state: 'failed', live: true }));
    const later = { session: 's2', live: true, captured: 3, published: 3, openedAtUs: Date.now() * 1000 + 1000 };
    log.state(statement({ ...later, gap: { ...gap, code: 'SOURCE_SILENT' } }));
    for (const frame of [0, 1, 2, 2])
      log.answer(result(frame, { model: 'yolox_nano', ...(frame === 1 ? { gated: true } : {}) }), undefined);
    log.answer(result(3, { error: { code: 'INFERENCE_FAILED', message: 'no' } }), undefined);
    await page.locator('summary', { hasText: 'Ledger' }).click();
    const ledger = page.getByRole('region', { name: 'Ledger of entrance' });
    await ledger.getByText('people@1 · yolox_nano').waitFor();
    const cells = (row: string) => ledger.locator('tr', { hasText: row }).locator('td').allTextContents();
    await ledger.locator('tr', { hasText: 'All sessions' }).locator('td', { hasText: '12' }).waitFor();
    assert.deepEqual(await cells('All sessions'), ['12', '4', '1', '6', '1', '0', '2', '1']);
    assert.deepEqual(await cells('people@1'), ['', '4', '1', '6', '1', '0', '', '1']);
    assert.deepEqual(await cells('failed'), ['9', '4', '1', '3', '1', '0', '2', '1']);
    assert.match(
      (await ledger.textContent()) ?? '',
      /2 lost at capture: disk-full.*1 failed in people@1: INFERENCE_FAILED/,
    );
    assert.match((await ledger.textContent()) ?? '', /nothing captured from \d.* to \d.*: SOURCE_SILENT/);
    await ledger.getByRole('img', { name: 'Waiting frames of entrance' }).locator('canvas').waitFor();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
    assert.deepEqual(complaints, []);
  },
);

test(
  'a group that falls behind is drawn with its lag, and warned of when retention draws near',
  needs,
  async (context) => {
    const clock = new FakeClock();
    const limits = { min: 1, max: 8, targetLoad: 1 };
    const { page, log, until, complaints } = await visit(
      context,
      { viewport: { width: 360, height: 740 } },
      {
        clock,
        groups: [{ group: 'detect-people@1', detector: 'people@1', kind: 'complete', limits }],
        openLagSource: () => new FakeTopic(clock),
        horizonSeconds: 250,
      },
    );
    await clock.advance(100_000);
    await until(({ feed, groups }) => feed === 'live' && groups.length > 0);
    for (let frame = 0; frame < 5; frame++)
      log.answer(result(frame, { inferenceUs: 500_000 }), undefined, clock.nowMs());
    const group = page.getByRole('article', { name: 'Detector people@1' });
    // The log is looked at once a second: results that were read in between count at the next look.
    for (let look = 0; look < 20 && !(await group.getByText('1, 8 needed').isVisible()); look++) {
      await clock.advance(1000);
      await page.waitForTimeout(100);
    }
    await group.getByText('1, 8 needed').waitFor();
    assert.match((await group.textContent()) ?? '', /2\.0 of 10\.0.*Lag[89]\d\d frames/);
    await group.getByRole('img', { name: 'Lag of people@1' }).locator('canvas').waitFor();
    const warnings = page.getByRole('list', { name: 'Warnings' });
    assert.equal(await warnings.count(), 0);
    await clock.advance(40_000);
    await warnings.getByText(/people@1.*retention by time deletes frames that it has not read in/).waitFor();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
    assert.deepEqual(complaints, []);
  },
);

test('a phone of 360 pixels shows everything without scrolling sideways', needs, async (context) => {
  const { page, log } = await visit(context, { viewport: { width: 360, height: 740 } });
  const error = {
    code: 'SOURCE_UNREACHABLE',
    message: `no answer from rtsp://${'a-long-host-name.'.repeat(6)}`,
    next: '',
  };
  const many = { captured: 123_456_789, published: 123_456_789, lost: { 'buffer-full': 1_234_567 }, reconnects: 1234 };
  log.state(statement({ camera: 'a-camera-with-a-name-that-is-quite-long', ...many, note: 'A note. '.repeat(40) }));
  log.state(statement({ camera: 'yard', state: 'reconnecting', error }));
  await show(log, 0);
  await page.locator('[data-camera="yard"]').getByText('no answer from').waitFor();
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360);
  await page.getByRole('button', { name: 'Enlarge yard' }).click();
  await page.getByRole('dialog').waitFor();
  assert.equal(await page.evaluate(`document.querySelector('dialog').scrollWidth`), 360);
});

test(
  'the page follows the system’s theme until another is chosen, and remembers the choice',
  needs,
  async (context) => {
    const { page, url } = await visit(context, { colorScheme: 'dark' });
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await ground();
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await ground();
    assert.notEqual(dark, light);
    await page.reload();
    await page.getByRole('button', { name: 'Switch to the dark theme' }).click();
    assert.equal(await ground(), dark);
    await page.goto(url);
    assert.equal(await ground(), dark);
  },
);

test('when the server goes, the page says so; when it is back, the page goes on', needs, async (context) => {
  const { page, log, part, url } = await visit(context);
  log.state(statement({ captured: 7, published: 7 }));
  await page.locator('[data-count="captured"]', { hasText: '7' }).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
  await part.close();
  await page.getByText('Disconnected from the server.').waitFor();
  assert.equal(await page.getByRole('status').textContent(), 'Disconnected');
  assert.match((await page.getByRole('alert').textContent()) ?? '', /What you see is from \d/);
  await serve(context, { log, pageDirectory, http: { host: '127.0.0.1', port: Number(new URL(url).port) } });
  await page.getByRole('status').getByText('Connected', { exact: true }).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
});

/** In the frame that the store keeps. */
const faceBox: Box = { x: 100, y: 60, width: 20, height: 24 };

/** A page whose server keeps events, on a phone and in the dark. */
async function visitStore(t: TestContext): Promise<Visit & { alarm: string }> {
  const log = new FakeLog();
  const { message, evidence } = raise(log, await drawFrame(rectangleOf(5)));
  introduce(log, 'u1');
  const shown = { evidence: ['yard/s1/5'], evidenceRefs: [evidence[0]?.ref ?? ''] };
  const face = { box: faceBox, sightings: 5, agreeing: 5, threshold: 0.55, gallery: 0 };
  write(log, [event(0), event(1), event(2, { type: 'face-unknown', person: 'u1', ...shown, face })]);
  const options = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;
  const openStore = await storeOver(t, log);
  return { ...(await visit(t, options, { log, openStore, openProducer: log.openProducer })), alarm: message };
}

test('alarms and events are shown with their pictures, explained, and acknowledged', needs, async (t) => {
  const { page, alarm, complaints } = await visitStore(t);
  await page.locator('.places .badge').waitFor();
  await page.getByRole('link', { name: /^Events/ }).click();
  const card = page.getByRole('region', { name: 'Alarms' }).getByRole('listitem');
  await card.locator('img').waitFor();
  await card.getByText(alarm).click();
  const dialog = page.getByRole('dialog', { name: alarm });
  await dialog.getByText('2.0 ms after the capture').waitFor();
  await page.keyboard.press('Escape');
  await card.getByRole('button', { name: /^Acknowledge/ }).click();
  await card.getByText('seen to by the page').waitFor();
  await page.locator('.places .badge').waitFor({ state: 'detached' });
  const events = page.getByRole('list', { name: 'Events' });
  await events.getByText('Person 1 entered door').waitFor();
  await page.getByLabel('Kind').selectOption('face-unknown');
  await events.getByText('Person 1 entered door').waitFor({ state: 'detached' });
  await events.getByText('Person 1 is unknown').waitFor();
  const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
  assert.ok(width <= 360, `${width} pixels wide`);
  assert.deepEqual(complaints, []);
});

/** Of the middle of the face to that of where it is shown, CSS pixels. */
function distanceFromCentre(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const image = document.querySelector('.person .face-cut img');
    const [whole, place] = [image, image.parentElement].map((each) => each.getBoundingClientRect());
    const scale = whole.width / image.naturalWidth;
    const x = whole.left + scale * ${faceBox.x + faceBox.width / 2} - place.left - place.width / 2;
    const y = whole.top + scale * ${faceBox.y + faceBox.height / 2} - place.top - place.height / 2;
    return Math.hypot(x, y);
  })()`);
}

test('an unknown person is named on the page, and erased after a second thought', needs, async (t) => {
  const { page } = await visitStore(t);
  await page.getByRole('link', { name: 'People' }).click();
  const known = page.getByRole('region', { name: 'Known', exact: true });
  await page.locator('.person .face-cut img[style*="left"]').waitFor();
  assert.ok((await distanceFromCentre(page)) < 1, 'the face is in the middle of its place');
  await page.getByRole('textbox', { name: 'Who is it?' }).fill('Grace');
  await page.keyboard.press('Enter');
  await known.getByText('Grace').waitFor();
  await known.getByRole('link', { name: 'Events of Grace' }).click();
  const events = page.getByRole('list', { name: 'Events', exact: true });
  await events.getByText('Grace was not known yet').waitFor();
  assert.equal(await events.getByRole('listitem').count(), 1);
  await page.getByRole('link', { name: 'People' }).click();
  await known.getByRole('button', { name: 'Erase Grace' }).click();
  await known.getByRole('button', { name: 'Keep' }).click();
  await known.getByRole('button', { name: 'Erase Grace' }).click();
  await known.getByRole('button', { name: 'Erase for good' }).click();
  await known.getByText('Grace').waitFor({ state: 'detached' });
});

test('a suspicion opens its moment, frame by frame with joints and reasons, and is marked', needs, async (t) => {
  const log = new FakeLog();
  const refs: string[] = [];
  const frames = [2, 3, 4, 5, 6, 7, 8, 9, 10];
  for (const frame of frames) {
    const box = rectangleOf(frame);
    const joints = Array.from({ length: 17 }, (_, index) => [box.x + 20, box.y + 5 * index, 0.9]);
    refs.push(`processed_images/0/${log.end}`);
    const detections = [{ label: 'person', score: 0.9, box, attributes: { joints } }];
    log.answer(result(frame, { camera: 'yard', detections }), await drawFrame(box));
  }
  write(log, [
    suspicion(
      frames.map((frame) => `yard/s1/${frame}`),
      refs,
    ),
  ]);
  const openStore = await storeOver(t, log);
  const { page, complaints } = await visit(t, {}, { log, openStore, openProducer: log.openProducer });
  await page.getByRole('link', { name: /^Events/ }).click();
  await page.getByRole('list', { name: 'Events', exact: true }).getByText('Fight suspected, 91 %').click();
  const dialog = page.getByRole('dialog', { name: 'Fight suspected, 91 %' });
  await dialog.getByRole('img', { name: 'Frame yard/s1/10' }).waitFor();
  const strip = dialog.getByRole('list', { name: 'Frames' }).getByRole('button');
  assert.equal(await strip.count(), 7);
  await strip.first().click();
  await dialog.getByRole('img', { name: 'Frame yard/s1/2' }).waitFor();
  assert.equal(await dialog.locator('.moment-picture path.bones').count(), 1);
  await dialog.getByRole('img', { name: /^Score over the last .* at the end 91 %/ }).waitFor();
  await dialog.getByText('speaks for it: +1.80').waitFor();
  await dialog.getByText('speaks against it: −0.60').waitFor();
  const wrong = dialog.getByRole('button', { name: 'Wrong' });
  await wrong.click();
  await dialog.getByText(/^Marked wrong by the page/).waitFor();
  assert.equal(await wrong.getAttribute('aria-pressed'), 'true');
  await wrong.click();
  await dialog.getByText('What you say is kept').waitFor();
  assert.deepEqual(complaints, []);
});
