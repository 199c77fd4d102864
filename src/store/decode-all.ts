import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { IncomingRecord } from '../topics/record.ts';

/**
 * The records that keep the contract, decoded; of a kind that is not known: left out. One that breaks it is named and
 * passed over: it would keep what follows from being stored for good.
 */
export function decodeAll<T>(
  records: readonly IncomingRecord[],
  decode: (record: IncomingRecord) => T | undefined,
  logger: Logger,
): T[] {
  return records.flatMap((record) => {
    try {
      return decode(record) ?? [];
    } catch (error) {
      if (!isFault(error, 'RECORD_INVALID')) throw error;
      logger.warn(`${describeError(error)}; it is not stored`);
      return [];
    }
  });
}
