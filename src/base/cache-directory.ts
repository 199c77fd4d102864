import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where Vigil keeps what it can fetch or make again (models, demo footage): `$XDG_CACHE_HOME/vigil`, else
 * `~/.cache/vigil`. It may not exist yet.
 */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const { XDG_CACHE_HOME: wanted } = environment;
  // The XDG specification says that a relative path is to be ignored.
  const root = wanted && isAbsolute(wanted) ? wanted : join(homedir(), '.cache');
  return join(root, 'vigil');
}
