import { existsSync } from 'node:fs';
import { join } from 'node:path';

const shared = join(import.meta.dirname, '..', '..', '..', 'shared');

/** Footage by its path below VIGIL_MEDIA or ../shared/media. @throws when it is not there */
export function footage(path: string): string {
  return find(process.env.VIGIL_MEDIA ?? join(shared, 'media'), path, 'VIGIL_MEDIA');
}

/** The folder of models: VIGIL_MODELS or ../shared/models. */
export const modelsFolder = process.env.VIGIL_MODELS ?? join(shared, 'models');

export function model(name: string): string {
  return find(modelsFolder, name, 'VIGIL_MODELS');
}

function find(folder: string, path: string, variable: string): string {
  const file = join(folder, path);
  if (!existsSync(file)) throw new Error(`${file} is not there; point ${variable} at a folder that holds ${path}`);
  return file;
}
