import { arrayOf } from './codec/array.ts';
import { field } from './codec/field.ts';
import { message } from './codec/message.ts';
import { nullable } from './codec/nullable.ts';
import { int32 } from './codec/primitives.ts';
import type { Decoded } from './codec/struct.ts';
import { bytes, string } from './codec/text-and-bytes.ts';

/**
 * What a consumer puts into `metadata` of JoinGroup when the protocol type is `consumer`. Written and read with its version
 * before it (see `versioned.ts`). The broker needs it only to tell which topics a group is subscribed to.
 */
export const consumerProtocolSubscription = message(
  'ConsumerProtocolSubscription',
  { validVersions: '0-3', flexibleVersions: 'none' },
  {
    topics: arrayOf(string),
    userData: field(nullable(bytes), { default: null }),
    ownedPartitions: field(arrayOf({ topic: string, partitions: arrayOf(int32) }), { versions: '1+' }),
    generationId: field(int32, { versions: '2+', default: -1 }),
    rackId: field(nullable(string), { versions: '3+', default: null }),
  },
);

export type ConsumerProtocolSubscription = Decoded<typeof consumerProtocolSubscription>;

/** What the leader of a group of consumers puts into `assignment` of SyncGroup; with its version before it. */
export const consumerProtocolAssignment = message(
  'ConsumerProtocolAssignment',
  { validVersions: '0-3', flexibleVersions: 'none' },
  {
    assignedPartitions: arrayOf({ topic: string, partitions: arrayOf(int32) }),
    userData: field(nullable(bytes), { default: null }),
  },
);

export type ConsumerProtocolAssignment = Decoded<typeof consumerProtocolAssignment>;
