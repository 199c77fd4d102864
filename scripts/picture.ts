// Takes the picture of the page for the README: starts Vigil on footage, waits until there is something to see, and photographs it.
//   node scripts/picture.ts [--out docs/images/page.png] [--theme light|dark] -- <options of vigil up>
// The one in the README, with footage that may be shown (docs/third-party.md names it):
//   node scripts/picture.ts -- --camera hall=one-by-one-person-detection.mp4 --camera street=vtest.avi --loop --fps 3 --steps pose
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import type { LedgerSnapshot } from '../src/topics/camera-account.ts';
import type { StoredEvent, Page as StoredPage } from '../src/topics/stored.ts';
import { freePorts } from '../test/support/free-ports.ts';

const root = join(import.meta.dirname, '..');
const size = { width: 1180, height: 780 };
const patienceMs = 120_000;
/** Somebody who came into a picture so long ago is still in it. */
const freshMs = 4000;
/** Vigil has found its pace once no more frames wait. */
const mostWaiting = 4;
/** Below the cameras as many events have room. */
const leastEvents = 6;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: join(root, 'docs/images/page.png') },
    theme: { type: 'string', default: 'light' },
  },
});

async function main(): Promise<void> {
  const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));
  if (!executablePath) throw new Error('Chromium is not at /usr/bin/chromium: apt-get install chromium');
  const data = await mkdtemp(join(tmpdir(), 'vigil-picture-'));
  const [http = 0, kafka = 0] = await freePorts(2);
  const url = `http://127.0.0.1:${http}`;
  const places = ['--data', data, '--http', `127.0.0.1:${http}`, '--listen', `127.0.0.1:${kafka}`];
  const vigil = spawn(process.execPath, [join(root, 'bin/vigil.mjs'), 'up', ...places, ...positionals], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  try {
    await until(async () => (await fetch(`${url}/readyz`)).ok, vigil);
    const colorScheme = values.theme === 'dark' ? 'dark' : 'light';
    const page = await browser.newPage({ viewport: size, colorScheme, locale: 'en-GB' });
    await page.goto(url);
    await until(() => isWorthSeeing(url, page), vigil);
    // Small enough for a page that many load: photographs need few colours where they are small.
    const picture = sharp(await page.screenshot()).png({ palette: true, colours: 200, effort: 10 });
    await picture.toFile(values.out);
    process.stdout.write(`${values.out}: ${Math.round((await stat(values.out)).size / 1000)} kB\n`);
  } finally {
    await browser.close();
    await end(vigil);
    await rm(data, { recursive: true, force: true });
  }
}

/** Every camera shows a frame, somebody has just come into the first one's, and events with pictures lie below. */
async function isWorthSeeing(url: string, page: Page): Promise<boolean> {
  const { cameras } = (await (await fetch(`${url}/api/cameras`)).json()) as LedgerSnapshot;
  const [first] = cameras;
  if (cameras.reduce((sum, { waiting }) => sum + waiting, 0) > mostWaiting) return false;
  const ask = async (query: string) =>
    (await fetch(`${url}/api/events?${query}`)).json() as Promise<StoredPage<StoredEvent>>;
  const newest = (await ask(`limit=1&type=track-began&camera=${first?.camera ?? ''}`)).items[0]?.event;
  if (!newest || Date.now() - newest.atUs / 1000 > freshMs) return false;
  const empty = await page.locator('.picture-empty').count();
  const pictures = await page
    .locator('.latest img')
    .evaluateAll((images) => images.filter((image) => (image as unknown as { complete: boolean }).complete).length);
  return empty === 0 && pictures >= leastEvents;
}

async function until(isSo: () => Promise<boolean>, vigil: ChildProcess): Promise<void> {
  for (const startMs = Date.now(); ; await delay(200)) {
    if (vigil.exitCode !== null) throw new Error(`vigil up ended with ${vigil.exitCode}`);
    if (await isSo().catch(() => false)) return;
    if (Date.now() - startMs > patienceMs) throw new Error('there was nothing worth a picture for two minutes');
  }
}

async function end(vigil: ChildProcess): Promise<void> {
  if (vigil.exitCode !== null) return;
  vigil.kill('SIGINT');
  await once(vigil, 'exit');
}

await main();
