import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely } from 'kysely';
import { fault, isDiskFull, isFault, systemErrorCode } from '../base/errors.ts';
import { migrate } from './migrations.ts';
import { isCorrupt, isFull, isUnusable, openSqlite } from './sqlite.ts';
import type { Store, Tables } from './tables.ts';

/**
 * Opens the store, and makes its file and tables when they are not there.
 *
 * @throws STORE_CORRUPT, STORE_NEWER, DISK_FULL, DATA_DIRECTORY_UNUSABLE
 */
export async function openStore(path: string): Promise<Store> {
  let store: Store | undefined;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    store = new Kysely<Tables>({ dialect: openSqlite({ path }) });
    await migrate(store, path);
    return store;
  } catch (error) {
    await store?.destroy();
    throw storeFault(error, path);
  }
}

/** What a person has to know of a failure of the database; anything else comes back as it is. */
export function storeFault(error: unknown, path: string): unknown {
  if (isFault(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  if (isCorrupt(error)) {
    return fault('STORE_CORRUPT', `${path} is not a whole database: ${reason}`, {
      cause: error,
      next: `Move ${path}* to another place: Vigil goes on with a new store, and fills it with what the topics still hold.`,
    });
  }
  if (isFull(error) || isDiskFull(error)) return fault('DISK_FULL', `no room for ${path}: ${reason}`, { cause: error });
  if (isUnusable(error) || systemErrorCode(error)?.startsWith('E')) {
    return fault('DATA_DIRECTORY_UNUSABLE', `${path} cannot be used: ${reason}`, { cause: error });
  }
  return error;
}
