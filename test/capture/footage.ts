import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folders = [process.env.VIGIL_MEDIA, join(import.meta.dirname, '../../../shared/media')];

/** The path of a piece of real footage. */
export function footage(name: string): string {
  return folders.map((folder) => join(folder ?? '', name)).find((path) => existsSync(path)) ?? name;
}

/** For a test's `skip`: what it needs, or false when it is there. */
export function needsFootage(name: string): string | false {
  return existsSync(footage(name)) ? false : `needs footage: ${name} in VIGIL_MEDIA`;
}
