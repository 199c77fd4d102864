import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findMarkedFrame, findMarks } from '../../store/mark-queries.ts';
import type { Store } from '../../store/tables.ts';
import type { Mark } from '../../topics/mark-schema.ts';
import type { SeenFrame } from '../../topics/stored.ts';
import { aviFilm } from './avi-film.ts';

/** What became of one mark. */
export type ExportedMark = Mark & ({ file: string; frames: number } | { file: null; why: string });

/** A classifier's window needs as many. */
const leastFrames = 7;

/**
 * Writes the frames of each marked suspicion as a clip, in folders by what it was: `fight/` and `noFight/` as
 * `npm run train:fight` reads them, `fall/` and `noFall/` … alike. Beside them `scenes.json`: clips of one camera are one
 * scene, which training never splits. The same marks give the same files.
 */
export async function* exportMarks(store: Store, directory: string): AsyncGenerator<ExportedMark> {
  const scenes: Record<string, string[]> = {};
  for (const mark of await findMarks(store)) {
    const frames = await framesOf(store, mark);
    if (frames.length < leastFrames) {
      const why = `of its ${mark.evidence.length} frames ${frames.length} are kept, a clip needs ${leastFrames}`;
      yield { ...mark, file: null, why };
      continue;
    }
    const file = join(folderOf(mark), `${nameOf(mark)}.avi`);
    await mkdir(join(directory, folderOf(mark)), { recursive: true });
    await writeWhole(join(directory, file), filmOf(frames));
    scenes[mark.camera] = [...(scenes[mark.camera] ?? []), `${nameOf(mark)}.avi`];
    yield { ...mark, file, frames: frames.length };
  }
  await mkdir(directory, { recursive: true });
  await writeWhole(join(directory, 'scenes.json'), `${JSON.stringify(scenes, null, 1)}\n`);
}

interface KeptFrame {
  jpeg: Uint8Array;
  seen: SeenFrame;
}

/** The last of its frames that are all kept: a clip has no hole. */
async function framesOf(store: Store, { evidence }: Mark): Promise<KeptFrame[]> {
  const frames: KeptFrame[] = [];
  for (const frame of [...evidence].reverse()) {
    const kept = await findMarkedFrame(store, frame);
    if (!kept) break;
    frames.unshift(kept);
  }
  return frames;
}

function filmOf(frames: readonly KeptFrame[]): Buffer {
  const [first, last] = [frames[0]?.seen, frames.at(-1)?.seen];
  const intervalUs = Math.round(((last?.ptsUs ?? 0) - (first?.ptsUs ?? 0)) / (frames.length - 1));
  const { width = 0, height = 0 } = first ?? {};
  return aviFilm({ jpegs: frames.map(({ jpeg }) => jpeg), width, height, intervalUs });
}

function folderOf({ threat, isRight }: Mark): string {
  return isRight ? threat : `no${threat.charAt(0).toUpperCase()}${threat.slice(1)}`;
}

/** Event ids hold slashes, and are too long for some file systems. */
function nameOf({ camera, event }: Mark): string {
  return `${camera}-${createHash('sha256').update(event).digest('hex').slice(0, 12)}`;
}

/** There whole or not at all, whenever it is broken off. */
async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
