import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SeenMoment } from '../../threat/window/moment.ts';
import { MomentMaker } from '../../threat/window/moment-maker.ts';
import type { ClipEyes } from './clip-eyes.ts';

/** Raised whenever something else is seen in the same film. */
const cacheVersion = 3;

/**
 * What is seen in films, kept in a folder (VIGIL_FIGHT_CACHE, or one for temporary files): looking takes minutes, judging a
 * second. A film is known by its content.
 */
export class SeenMoments {
  readonly #folder = process.env.VIGIL_FIGHT_CACHE ?? join(tmpdir(), 'vigil-fight-cache');
  readonly #open: () => Promise<ClipEyes>;
  #eyes: Promise<ClipEyes> | undefined;

  /** @param open called at most once, and not at all while everything is kept */
  constructor(open: () => Promise<ClipEyes>) {
    this.#open = open;
  }

  /** @throws what `ClipEyes.look` throws */
  async of(path: string): Promise<SeenMoment[]> {
    const digest = createHash('sha256')
      .update(String(cacheVersion))
      .update(await readFile(path))
      .digest('hex');
    const file = join(this.#folder, `${digest.slice(0, 16)}.json`);
    const kept = await readFile(file, 'utf8').catch(() => undefined);
    if (kept !== undefined) return JSON.parse(kept) as SeenMoment[];
    const moments = await this.#look(path);
    await mkdir(this.#folder, { recursive: true });
    await writeFile(`${file}.part`, JSON.stringify(moments));
    await rename(`${file}.part`, file);
    return moments;
  }

  async #look(path: string): Promise<SeenMoment[]> {
    this.#eyes ??= this.#open();
    const maker = new MomentMaker();
    const moments: SeenMoment[] = [];
    for await (const sight of (await this.#eyes).look(path)) moments.push(maker.make(sight));
    process.stderr.write(`${path}: ${moments.length} frames\n`);
    return moments;
  }

  async close(): Promise<void> {
    await (await this.#eyes)?.close();
  }
}
