import { fault } from '../../base/errors.ts';

type Sharp = typeof import('sharp')['default'];

let loaded: Sharp | undefined;

/**
 * The JPEG decoder, loaded on first use: it is an optional dependency. One thread per picture and no cache: many
 * pictures, each seen once.
 *
 * @throws OPTIONAL_PART_MISSING
 */
export async function importSharp(): Promise<Sharp> {
  if (loaded) return loaded;
  try {
    loaded = (await import('sharp')).default;
  } catch (cause) {
    throw fault('OPTIONAL_PART_MISSING', 'detecting needs the package "sharp", which is not installed', {
      next: 'Run `npm install sharp`.',
      cause,
    });
  }
  loaded.concurrency(1);
  loaded.cache(false);
  return loaded;
}
