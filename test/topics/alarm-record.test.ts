import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import {
  alarmId,
  decodeAlarmEntry,
  decodeDelivery,
  deliveryId,
  encodeAcknowledgement,
  encodeAlarm,
  encodeDelivery,
} from '../../src/topics/alarm-record.ts';
import type { Alarm, AlarmDelivery } from '../../src/topics/alarm-schema.ts';
import { decodeRequest, encodeRequest } from '../../src/topics/ask-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../../src/topics/record.ts';

const alarm: Alarm = {
  id: alarmId('door', 'yard', ['yard/s/1.0/zone-entered/3/door']),
  level: 0,
  rule: 'door',
  severity: 'warning',
  message: 'door: person entered door (yard)',
  camera: 'yard',
  session: 's',
  what: 'zone-entered',
  subject: { track: 'yard/s/1.0', label: 'person' },
  evidence: [{ event: 'yard/s/1.0/zone-entered/3/door', frame: 'yard/s/3' }],
  suppressed: 0,
  notify: [],
  late: false,
  times: { capturedAtUs: 1, eventAtUs: 2, raisedAtUs: 3 },
};

test('an alarm, an acknowledgement and a delivery read back as they were written', () => {
  assert.deepEqual(decodeAlarmEntry(incoming(encodeAlarm(alarm))), { kind: 'alarm', alarm });
  const acknowledgement = { alarm: alarm.id, camera: 'yard', by: 'ada', atUs: 9 };
  const entry = decodeAlarmEntry(incoming(encodeAcknowledgement(acknowledgement)));
  assert.deepEqual(entry, { kind: 'acknowledgement', acknowledgement });
  const { level, rule, camera } = alarm;
  const about = { alarm: alarm.id, level, rule, camera, notifier: 'phone', capturedAtUs: 1, raisedAtUs: 3 };
  const outcome = { kind: 'webhook', outcome: 'delivered', attempts: 2, atUs: 4 } as const;
  const delivery: AlarmDelivery = { id: deliveryId(alarm, 'phone'), ...about, ...outcome };
  assert.deepEqual(decodeDelivery(incoming(encodeDelivery(delivery))), delivery);
});

test('an alarm’s id comes from its rule, its camera and its events, and from nothing else', () => {
  assert.match(alarm.id, /^door-[0-9a-f]{16}$/);
  assert.equal(alarmId('door', 'yard', ['a', 'b']), alarmId('door', 'yard', ['a', 'b']));
  const others = [
    ['gate', 'yard', ['a', 'b']],
    ['door', 'hall', ['a', 'b']],
    ['door', 'yard', ['b', 'a']],
    ['door', 'yard', ['a\nb']],
  ] as const;
  const ids = others.map(([rule, camera, events]) => alarmId(rule, camera, events));
  assert.equal(new Set([alarmId('door', 'yard', ['a', 'b']), ...ids]).size, 5);
});

test('a kind of entry that is not known is passed over, and damage is named', () => {
  const record = incoming(encodeAlarm(alarm));
  assert.equal(decodeAlarmEntry({ ...record, headers: new Map([['ce_type', 'vigil.alarm.v9']]) }), undefined);
  for (const value of ['', '{', 'null', '[]', '{"id":1}'])
    assert.throws(
      () => decodeAlarmEntry({ ...record, value: Buffer.from(value) }),
      (error) => isFault(error, 'RECORD_INVALID'),
    );
});

test('a request reads back with its picture, and an unknown task is refused', () => {
  const picture = Buffer.from([1, 2, 3]);
  const request = { task: 'identify-object', correlationId: 'c', expiresAtUs: 1_700_000_000_000_001, picture } as const;
  const record = incoming(encodeRequest(request, 0));
  assert.deepEqual(decodeRequest(record), request);
  record.headers.set('task', 'make-coffee');
  assert.throws(
    () => decodeRequest(record),
    (error) => isFault(error, 'RECORD_INVALID'),
  );
});

function incoming({ topic, key, value, headers }: OutgoingRecord): IncomingRecord & { headers: Map<string, string> } {
  const place = { topic, partition: 0, offset: 0n, timestampMs: 0 };
  return { ...place, key: key === undefined ? null : Buffer.from(key), value, headers };
}
