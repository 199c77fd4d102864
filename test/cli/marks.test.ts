import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { filmFrames } from '../../src/capture/film-frames.ts';
import { exportMarks } from '../../src/cli/marks/export-marks.ts';
import { openStore } from '../../src/store/open-store.ts';
import { storeMarks } from '../../src/store/store-marks.ts';
import type { SeenFrame } from '../../src/topics/stored.ts';
import { temporaryFolder } from '../support/vigil.ts';

const needs = canImport('sharp') && canImport('node-av') ? {} : { skip: 'needs sharp and node-av' };

function canImport(name: string): boolean {
  try {
    import.meta.resolve(name);
    return true;
  } catch {
    return false;
  }
}

const [width, height, intervalUs] = [64, 48, 101_000];

async function grey(level: number): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const background = { r: level, g: level, b: level };
  return sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** A store in which some frames of the camera are kept and two suspicions are marked. */
async function markedStore(kept: number) {
  const store = await openStore(':memory:');
  const frames = Array.from({ length: 9 }, (_, frame) => `yard/s1/${frame}`);
  const about = { camera: 'yard', threat: 'fight', by: 'Ada', evidence: frames, evidenceRefs: [] } as const;
  await storeMarks(store, [
    { kind: 'mark', mark: { ...about, event: 'a', isRight: true, atUs: 1, evidence: [...frames], evidenceRefs: [] } },
    {
      kind: 'mark',
      mark: { ...about, event: 'b', isRight: false, atUs: 2, evidence: frames.slice(0, 3), evidenceRefs: [] },
    },
  ]);
  for (let frame = frames.length - kept; frame < frames.length; frame++) {
    const seen: SeenFrame = { ptsUs: frame * intervalUs, capturedAtUs: 0, width, height, detections: [] };
    const jpeg = await grey(20 * frame);
    const row = { camera: 'yard', at_us: 0, ref: '', state: 'kept', size_bytes: jpeg.length } as const;
    await store
      .insertInto('pictures')
      .values({ ...row, frame: `yard/s1/${frame}`, jpeg, seen: JSON.stringify(seen) })
      .execute();
  }
  return store;
}

test(
  'marked suspicions become films that are read frame by frame, at the pace at which they were filmed',
  needs,
  async (t) => {
    const directory = await temporaryFolder(t);
    const store = await markedStore(8);
    t.after(() => store.destroy());
    const exported = await all(exportMarks(store, directory));
    assert.deepEqual(
      exported.map(({ file }) => file?.split('/')[0] ?? null),
      ['fight', null],
    );
    const [right, wrong] = exported;
    assert.match(wrong?.file === null ? wrong.why : '', /of its 3 frames 2 are kept, a clip needs 7/);
    assert.ok(right?.file);
    const read = await all(filmFrames(join(directory, right.file), { fps: 60, width: 640, quality: 80 }));
    assert.equal(read.length, 8);
    const spanUs = (read.at(-1)?.ptsUs ?? 0) - (read[0]?.ptsUs ?? 0);
    assert.ok(Math.abs(spanUs - 7 * intervalUs) < 2000, `${spanUs} µs`);
    assert.deepEqual(JSON.parse(await readFile(join(directory, 'scenes.json'), 'utf8')), {
      yard: [right.file.split('/')[1]],
    });
    assert.deepEqual(await readdir(join(directory, 'fight')), [right.file.split('/')[1]]);
  },
);
