import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apis } from '../../src/wire/apis.ts';
import type { AnyMessage, Message } from '../../src/wire/codec/message.ts';
import { Reader } from '../../src/wire/codec/reader.ts';
import { WireError } from '../../src/wire/codec/wire-error.ts';
import { Writer } from '../../src/wire/codec/writer.ts';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../src/wire/consumer-protocol.ts';
import { controlRecordKey, endTxnMarker } from '../../src/wire/control-record.ts';
import { groupMetadataKey, groupMetadataValue, offsetCommitKey, offsetCommitValue } from '../../src/wire/group-log.ts';
import { requestHeader, responseHeader } from '../../src/wire/headers.ts';
import { transactionLogKey, transactionLogValue } from '../../src/wire/transaction-log.ts';
import { randomMessage, seededRandom } from './random-value.ts';

const standalone = [
  requestHeader,
  responseHeader,
  consumerProtocolSubscription,
  consumerProtocolAssignment,
  offsetCommitKey,
  offsetCommitValue,
  groupMetadataKey,
  groupMetadataValue,
  transactionLogKey,
  transactionLogValue,
  controlRecordKey,
  endTxnMarker,
];
const definitions: AnyMessage[] = [...apis.flatMap(({ request, response }) => [request, response]), ...standalone];

function* everyVersion(): Generator<{ definition: Message<unknown, unknown>; version: number; name: string }> {
  for (const definition of definitions) {
    const { from, to } = definition.validVersions;
    for (let version = from; version <= to; version++) {
      yield { definition: definition as Message<unknown, unknown>, version, name: `${definition.name} v${version}` };
    }
  }
}

test('every message of every version reads back what was written', () => {
  for (const { definition, version, name } of everyVersion()) {
    for (let seed = 1; seed <= 4; seed++) {
      const value = randomMessage(definition, version, { seed });
      const bytes = definition.encodeBuffer(value, version);
      assert.deepEqual(definition.decodeBuffer(bytes, version), value, `${name}, seed ${seed}`);
    }
  }
});

test('tagged fields that nobody knows survive decoding and encoding, in every struct', () => {
  let withUnknown = 0;
  for (const { definition, version, name } of everyVersion()) {
    const value = randomMessage(definition, version, { seed: 3, unknownTags: true });
    const bytes = definition.encodeBuffer(value, version);
    const decoded = definition.decodeBuffer(bytes, version);
    assert.deepEqual(decoded, value, name);
    assert.ok(definition.encodeBuffer(decoded, version).equals(bytes), name);
    if (Object.hasOwn(decoded as object, 'unknownTaggedFields')) withUnknown++;
  }
  assert.ok(withUnknown > 100, `only ${withUnknown} flexible versions`);
});

test('a message cut at any byte is refused, and read no further than it goes', () => {
  for (const { definition, version, name } of everyVersion()) {
    const bytes = definition.encodeBuffer(randomMessage(definition, version, { seed: 5 }), version);
    const step = Math.max(1, Math.floor(bytes.length / 25));
    for (let length = 0; length < bytes.length; length += step) {
      const cut = new Reader(bytes, 0, length);
      assert.throws(() => definition.decode(cut, version), WireError, `${name} cut to ${length} of ${bytes.length}`);
    }
  }
});

test('a byte too many is refused by decodeBuffer', () => {
  for (const { definition, version, name } of everyVersion()) {
    const bytes = definition.encodeBuffer(randomMessage(definition, version, { seed: 6 }), version);
    const longer = Buffer.concat([bytes, Buffer.from([0])]);
    assert.throws(() => definition.decodeBuffer(longer, version), { kind: 'trailing-bytes' }, name);
  }
});

test('damaged bytes are decoded or refused with a WireError, never with anything else', () => {
  let refused = 0;
  for (const { definition, version, name } of everyVersion()) {
    const bytes = definition.encodeBuffer(randomMessage(definition, version, { seed: 7 }), version);
    const step = Math.max(1, Math.floor(bytes.length / 30));
    for (let at = 0; at < bytes.length; at += step) {
      for (const damage of [0x00, 0x7f, 0x80, 0xff]) {
        const damaged = Buffer.from(bytes);
        damaged[at] = damage;
        try {
          definition.decode(new Reader(damaged), version);
        } catch (error) {
          assert.ok(error instanceof WireError, `${name}, byte ${at} = ${damage}: ${error}`);
          refused++;
        }
      }
    }
  }
  assert.ok(refused > 1000, `only ${refused} were refused`);
});

test('random bytes are decoded or refused with a WireError, and quickly', () => {
  const random = seededRandom(17);
  const lengths = [0xff, 0x7f, 0x80, 0x00, 0x01, 0x02];
  const byte = () =>
    random() < 0.5 ? (lengths[Math.floor(random() * lengths.length)] ?? 0) : Math.floor(random() * 256);
  for (const { definition, version, name } of everyVersion()) {
    for (let round = 0; round < 20; round++) {
      const bytes = Buffer.from(Array.from({ length: 200 }, byte));
      try {
        definition.decode(new Reader(bytes), version);
      } catch (error) {
        assert.ok(error instanceof WireError, `${name}, ${bytes.toString('hex')}: ${error}`);
      }
    }
  }
});

test('a version that a message lacks is refused in both directions', () => {
  for (const definition of definitions as Message<unknown, unknown>[]) {
    const tooNew = definition.validVersions.to + 1;
    assert.throws(() => definition.decode(new Reader(Buffer.alloc(64)), tooNew), { kind: 'unsupported-version' });
    assert.throws(() => definition.encode(new Writer(), {}, tooNew), { kind: 'unsupported-version' });
  }
});

test('request and response of an API share key, versions and flexibility, and no key occurs twice', () => {
  const keys = apis.map(({ key }) => key);
  assert.deepEqual(
    keys,
    [...new Set(keys)].sort((a, b) => a - b),
  );
  for (const { name, request, response } of apis) {
    assert.equal(response.name, `${name}Response`);
    assert.equal(response.apiKey, request.apiKey);
    assert.deepEqual(response.validVersions, request.validVersions, name);
    assert.deepEqual(response.flexibleVersions, request.flexibleVersions, name);
  }
});
