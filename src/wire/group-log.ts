import { arrayOf } from './codec/array.ts';
import { field } from './codec/field.ts';
import { message } from './codec/message.ts';
import { nullable } from './codec/nullable.ts';
import { int32, int64, uuid } from './codec/primitives.ts';
import { Reader } from './codec/reader.ts';
import { type Decoded, type Encodable, struct } from './codec/struct.ts';
import { bytes, string } from './codec/text-and-bytes.ts';
import { Writer } from './codec/writer.ts';
import { encodeVersioned } from './versioned.ts';

/*
 * Records of `__consumer_offsets`. A key begins with an int16 that says what the record is about:
 *
 *   0, 1   a committed offset: OffsetCommitKey, OffsetCommitValue
 *   2      a group: GroupMetadataKey, GroupMetadataValue
 *   3 …    groups of newer protocols
 *
 * A value begins with an int16 version; a record without a value deletes what its key names.
 */
const keyType = { oldOffset: 0, offset: 1, group: 2 } as const;

export const offsetCommitKey = message(
  'OffsetCommitKey',
  { validVersions: '0', flexibleVersions: 'none' },
  { group: string, topic: string, partition: int32 },
);

export const offsetCommitValue = message(
  'OffsetCommitValue',
  { validVersions: '0-4', flexibleVersions: '4+' },
  {
    offset: int64,
    leaderEpoch: field(int32, { versions: '3+', default: -1 }),
    metadata: string,
    /** ms since 1970. */
    commitTimestamp: int64,
    expireTimestamp: field(int64, { versions: '1', default: -1n }),
    topicId: field(uuid, { versions: '4+', tag: 0 }),
  },
);

export const groupMetadataKey = message(
  'GroupMetadataKey',
  { validVersions: '0', flexibleVersions: 'none' },
  { group: string },
);

const memberMetadata = struct({
  memberId: string,
  groupInstanceId: field(nullable(string), { versions: '3+', default: null }),
  clientId: string,
  clientHost: string,
  /** ms. */
  rebalanceTimeout: field(int32, { versions: '1+', default: -1 }),
  /** ms. */
  sessionTimeout: int32,
  subscription: bytes,
  assignment: bytes,
});

export const groupMetadataValue = message(
  'GroupMetadataValue',
  { validVersions: '0-4', flexibleVersions: '4+' },
  {
    protocolType: string,
    generation: int32,
    protocol: nullable(string),
    leader: nullable(string),
    /** ms since 1970. */
    currentStateTimestamp: field(int64, { versions: '2+', default: -1n }),
    members: arrayOf(memberMetadata),
  },
);

export type OffsetCommitKey = Decoded<typeof offsetCommitKey>;
export type OffsetCommitValue = Decoded<typeof offsetCommitValue>;
export type GroupMetadataKey = Decoded<typeof groupMetadataKey>;
export type GroupMetadataValue = Decoded<typeof groupMetadataValue>;

/** What a key of `__consumer_offsets` names; `other` is a kind of record that this version does not read. */
export type GroupLogKey =
  | ({ readonly kind: 'offset' } & OffsetCommitKey)
  | ({ readonly kind: 'group' } & GroupMetadataKey)
  | { readonly kind: 'other'; readonly type: number };

/** @throws WireError */
export function decodeGroupLogKey(key: Buffer): GroupLogKey {
  const reader = new Reader(key);
  const type = reader.int16();
  if (type === keyType.offset || type === keyType.oldOffset) {
    return { kind: 'offset', ...offsetCommitKey.decode(reader, 0) };
  }
  if (type === keyType.group) return { kind: 'group', ...groupMetadataKey.decode(reader, 0) };
  return { kind: 'other', type };
}

export function encodeOffsetCommitKey(key: Encodable<typeof offsetCommitKey>): Buffer {
  const writer = new Writer();
  writer.int16(keyType.offset);
  offsetCommitKey.encode(writer, key, 0);
  return writer.toBuffer();
}

export function encodeGroupMetadataKey(key: Encodable<typeof groupMetadataKey>): Buffer {
  const writer = new Writer();
  writer.int16(keyType.group);
  groupMetadataKey.encode(writer, key, 0);
  return writer.toBuffer();
}

/** Version 3, which every Apache Kafka since 2.1 reads; read back with `decodeVersioned`. */
export function encodeOffsetCommitValue(value: Encodable<typeof offsetCommitValue>): Buffer {
  return encodeVersioned(offsetCommitValue, value, 3);
}

/** Version 3, which every Apache Kafka since 2.3 reads; read back with `decodeVersioned`. */
export function encodeGroupMetadataValue(value: Encodable<typeof groupMetadataValue>): Buffer {
  return encodeVersioned(groupMetadataValue, value, 3);
}
