import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { BareManifest } from './manifest.ts';
import { checkModelFile, isModelFile } from './verify-model-file.ts';

export interface ModelPlaces {
  /** Vigil's cache; models lie in `models/` below it. */
  cacheDir: string;
  /** A folder of models that goes before the cache; `VIGIL_MODELS` when left out. */
  modelsDir?: string | undefined;
}

/** Where the cache keeps models. */
export function modelCache(cacheDir: string): string {
  return join(cacheDir, 'models');
}

/**
 * Looks for a built-in model's file in `VIGIL_MODELS`, then in the cache.
 *
 * @returns its path; undefined when it is in neither, or the one in the cache is not the right one
 * @throws MODEL_INVALID when the one in `VIGIL_MODELS` is not the right one: somebody pointed at it
 */
export async function modelOnDisk(manifest: BareManifest, places: ModelPlaces): Promise<string | undefined> {
  const { fileName } = manifest.file;
  const folder = places.modelsDir ?? process.env.VIGIL_MODELS;
  if (folder && (await exists(join(folder, fileName)))) {
    await checkModelFile(join(folder, fileName), manifest.file);
    return join(folder, fileName);
  }
  const cached = join(modelCache(places.cacheDir), fileName);
  return (await isModelFile(cached, manifest.file)) ? cached : undefined;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
