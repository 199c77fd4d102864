import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apis } from '../../src/wire/apis.ts';
import type { AnyField } from '../../src/wire/codec/field.ts';
import type { AnyMessage } from '../../src/wire/codec/message.ts';
import type { AnyType } from '../../src/wire/codec/type.ts';
import { holdsVersion, type VersionRange, versionRange } from '../../src/wire/codec/version-range.ts';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../src/wire/consumer-protocol.ts';
import { controlRecordKey, endTxnMarker } from '../../src/wire/control-record.ts';
import { groupMetadataKey, groupMetadataValue, offsetCommitKey, offsetCommitValue } from '../../src/wire/group-log.ts';
import { requestHeader, responseHeader } from '../../src/wire/headers.ts';
import { transactionLogKey, transactionLogValue } from '../../src/wire/transaction-log.ts';
import { type ApacheMessage, describeApache, parseDefinition } from './apache-definition.ts';
import { jarOf, readJar } from './jar.ts';
import { isArray, isNullable, isStruct } from './random-value.ts';

/** APIs that a broker's clients may see in Apache Kafka and that are left out here on purpose. */
const leftOut: Record<string, string> = {
  AddRaftVoter: 'a quorum of controllers has no meaning for one node',
  RemoveRaftVoter: 'a quorum of controllers has no meaning for one node',
  InitializeShareGroupState: 'spoken between brokers',
  ReadShareGroupState: 'spoken between brokers',
  WriteShareGroupState: 'spoken between brokers',
  DeleteShareGroupState: 'spoken between brokers',
  ReadShareGroupStateSummary: 'spoken between brokers',
  StreamsGroupHeartbeat: 'groups of Kafka Streams: the classic protocol serves them',
  StreamsGroupDescribe: 'groups of Kafka Streams: the classic protocol serves them',
};

const inClients = [
  ...apis.flatMap(({ request, response }) => [request, response]),
  requestHeader,
  responseHeader,
  consumerProtocolSubscription,
  consumerProtocolAssignment,
  controlRecordKey,
  endTxnMarker,
];

function apacheMessages(artifact: string): Map<string, ApacheMessage> | undefined {
  const jar = jarOf(artifact);
  if (!jar) return undefined;
  const parsed = [...readJar(jar, 'common/message/', '.json').values()].map(parseDefinition);
  return new Map(parsed.map((message) => [message.name, message]));
}

/** One line per field of a version; see `describeApache`. */
function describeOurs(message: AnyMessage, version: number): string[] {
  const isFlexible = holdsVersion(message.flexibleVersions, version);
  const describe = (fields: ReadonlyMap<string, AnyField>, path: string): string[] =>
    [...fields].flatMap(([name, field]) => {
      if (!holdsVersion(field.presentIn, version)) return [];
      const isNull = isNullable(field.type) && holdsVersion(field.type.nullableIn, version);
      const type = isNullable(field.type) ? field.type.inner : field.type;
      const base: AnyType = isArray(type) ? type.element : type;
      const here = `${path}${name}${isArray(type) ? '[]' : ''}`;
      const isTagged = isFlexible && holdsVersion(field.taggedIn, version);
      const line = [
        `${here}: ${base.kind}`,
        isNull ? ' nullable' : '',
        isTagged ? ` tag ${field.tag}` : '',
        field.neverFlexible ? ' classic' : '',
        ` = ${shown(field.initial(), base.kind)}`,
      ].join('');
      return [line, ...(isStruct(base) ? describe(base.fields, `${here}.`) : [])];
    });
  return describe(message.fields, '');
}

function shown(value: unknown, kind: string): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return '[]';
  if (Buffer.isBuffer(value)) return `'${value}'`;
  if (typeof value === 'object') return '{}';
  return kind === 'string' ? `'${value}'` : String(value);
}

function differences(ours: AnyMessage, apache: ApacheMessage | undefined): string[] {
  if (!apache) return [`${ours.name}: Apache Kafka has no such message`];
  const found: string[] = [];
  const compare = (what: string, mine: unknown, theirs: unknown): void => {
    if (mine !== theirs) found.push(`${ours.name} ${what}: ours ${mine}, Apache’s ${theirs}`);
  };
  if (ours.apiKey !== undefined) compare('api key', ours.apiKey, apache.apiKey);
  compare('valid versions', text(ours.validVersions), text(versionRange(apache.validVersions)));
  compare('flexible versions', text(ours.flexibleVersions), text(versionRange(apache.flexibleVersions)));
  for (let version = ours.validVersions.from; version <= ours.validVersions.to; version++) {
    const mine = describeOurs(ours, version);
    const theirs = describeApache(apache, version);
    for (let i = 0; i < Math.max(mine.length, theirs.length); i++)
      compare(`v${version} field ${i}`, mine[i], theirs[i]);
  }
  return found;
}

function text({ from, to }: VersionRange): string {
  return `${from}-${to}`;
}

const clients = apacheMessages('kafka-clients');
const groups = apacheMessages('kafka-group-coordinator');
const transactions = apacheMessages('kafka-transaction-coordinator');

test('every definition is Apache Kafka’s, field by field and version by version', {
  skip: clients ? false : 'needs kafka-clients jar',
}, () => {
  assert.deepEqual(
    inClients.flatMap((each) => differences(each, clients?.get(each.name))),
    [],
  );
});

test('every API that Apache Kafka’s brokers offer is defined, or left out with a reason', {
  skip: clients ? false : 'needs kafka-clients jar',
}, () => {
  const offered = [...(clients?.values() ?? [])].filter(
    ({ type, listeners, validVersions }) =>
      type === 'request' && listeners?.includes('broker') && validVersions !== 'none',
  );
  const ours = new Set<string>([...apis.map(({ name }) => name), ...Object.keys(leftOut)]);
  assert.ok(offered.length > 60);
  assert.deepEqual(offered.map(({ name }) => name.replace(/Request$/, '')).sort(), [...ours].sort());
});

test('records of committed offsets and groups are Apache Kafka’s', {
  skip: groups ? false : 'needs kafka-group-coordinator jar',
}, () => {
  const ours = [offsetCommitKey, offsetCommitValue, groupMetadataKey, groupMetadataValue];
  assert.deepEqual(
    ours.flatMap((each) => differences(each, groups?.get(each.name))),
    [],
  );
});

test('records of transactions are Apache Kafka’s', {
  skip: transactions ? false : 'needs kafka-transaction-coordinator jar',
}, () => {
  const ours = [transactionLogKey, transactionLogValue];
  assert.deepEqual(
    ours.flatMap((each) => differences(each, transactions?.get(each.name))),
    [],
  );
});
