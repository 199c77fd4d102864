import { arrayOf } from '../codec/array.ts';
import { field } from '../codec/field.ts';
import { message } from '../codec/message.ts';
import { nullable } from '../codec/nullable.ts';
import { bool, int16, int32, int64 } from '../codec/primitives.ts';
import type { Decoded, Encodable } from '../codec/struct.ts';
import { string } from '../codec/text-and-bytes.ts';

/**
 * Describes the log directories of a broker and how large the partitions in them are. `topics` null means all.
 */
export const describeLogDirsRequest = message(
  'DescribeLogDirsRequest',
  { apiKey: 35, validVersions: '1-5', flexibleVersions: '2+' },
  {
    topics: nullable(
      arrayOf({
        topic: string,
        partitions: arrayOf(int32),
      }),
    ),
  },
);

export type DescribeLogDirsRequest = Decoded<typeof describeLogDirsRequest>;

/**
 * Per directory: KAFKA_STORAGE_ERROR (offline), LOG_DIR_NOT_FOUND; at the top (3+): CLUSTER_AUTHORIZATION_FAILED.
 */
export const describeLogDirsResponse = message(
  'DescribeLogDirsResponse',
  { apiKey: 35, validVersions: '1-5', flexibleVersions: '2+' },
  {
    throttleTimeMs: field(int32),
    errorCode: field(int16, { versions: '3+' }),
    results: arrayOf({
      errorCode: int16,
      logDir: string,
      topics: arrayOf({
        name: string,
        partitions: arrayOf({
          partitionIndex: int32,
          partitionSize: int64,
          offsetLag: int64,
          isFutureKey: bool,
        }),
      }),
      totalBytes: field(int64, { versions: '4+', default: -1n }),
      usableBytes: field(int64, { versions: '4+', default: -1n }),
      isCordoned: field(bool, { versions: '5+' }),
    }),
  },
);

export type DescribeLogDirsResponse = Encodable<typeof describeLogDirsResponse>;
