import { existsSync } from 'node:fs';
import { join } from 'node:path';

const shared = join(import.meta.dirname, '..', '..', '..', 'shared');
const mediaFolder = process.env.VIGIL_MEDIA ?? join(shared, 'media');

/** The folder of models that tests use; set it as VIGIL_MODELS for the processes that a test starts. */
export const modelsFolder = process.env.VIGIL_MODELS ?? join(shared, 'models');

/** A film or photo by its path below VIGIL_MEDIA or ../shared/media, or undefined when it is not there. */
export function media(path: string): string | undefined {
  const file = join(mediaFolder, path);
  return existsSync(file) ? file : undefined;
}

/** A model file below VIGIL_MODELS or ../shared/models, or undefined when it is not there. */
export function model(name: string): string | undefined {
  const file = join(modelsFolder, name);
  return existsSync(file) ? file : undefined;
}
