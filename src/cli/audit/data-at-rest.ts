import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fault, isFault } from '../../base/errors.ts';
import { createLogger } from '../../base/logger.ts';

/** What the running broker does by itself is put off for longer than an audit lasts. */
const never = 2 ** 31 - 1;
const quiet = {
  'log.retention.check.interval.ms': never,
  'log.cleaner.backoff.ms': never,
  'offsets.retention.check.interval.ms': never,
  'auto.create.topics.enable': false,
};

/**
 * Serves a data directory that no broker is running on, to this process alone: no retention, no compaction. Opening it
 * does what any start does after a crash, and nothing else changes it.
 *
 * @throws USAGE when there is none, DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_UNUSABLE, LOG_CORRUPT
 */
export async function serveDataAtRest(dataDir: string): Promise<{ bootstrap: string; close(): Promise<void> }> {
  if (!existsSync(join(dataDir, 'meta.properties'))) {
    throw fault('USAGE', `${dataDir} is no data directory of Vigil: it holds no meta.properties`, {
      next: 'Name the directory that `vigil up` prints as "data in …".',
    });
  }
  const { Broker } = await import('../../broker/broker.ts');
  try {
    return await Broker.start({
      dataDir,
      host: '127.0.0.1',
      port: 0,
      config: quiet,
      logger: createLogger('broker', { level: 'warn' }),
    });
  } catch (error) {
    if (!isFault(error, 'DATA_DIRECTORY_IN_USE')) throw error;
    throw fault('DATA_DIRECTORY_IN_USE', error.message, {
      cause: error,
      next: 'Ask the running broker: vigil audit --brokers host:port.',
    });
  }
}
