import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createLogger } from '../../src/base/logger.ts';
import { type RunningStore, startStore } from '../../src/store/start-store.ts';
import { alarmId, encodeAlarm } from '../../src/topics/alarm-record.ts';
import type { Alarm } from '../../src/topics/alarm-schema.ts';
import { encodePerson, encodePersonFace } from '../../src/topics/people-record.ts';
import { event } from '../store/events.ts';
import { temporaryFolder } from '../support/vigil.ts';
import { type FakeLog, result } from './fake-log.ts';

/** Opens a store that reads a log in memory, in the thread of the test. */
export async function storeOver(context: TestContext, log: FakeLog): Promise<() => RunningStore> {
  const file = join(await temporaryFolder(context), 'vigil.db');
  return () =>
    startStore({
      brokers: ['log-in-memory:1'],
      file,
      retentionMs: -1,
      pictureBytes: -1,
      logger: createLogger('store', { level: 'silent' }),
      openConsumer: log.open,
      topicIds: async (topics) => new Map(topics.map((topic) => [topic, 'one'])),
      batchAt: log.batchAt,
    });
}

/** An alarm over an event whose frame is in the log. */
export function raise(log: FakeLog, jpeg: Buffer): Alarm {
  const ref = `processed_images/0/${log.end}`;
  log.answer(result(5, { camera: 'yard', session: 's1' }), jpeg);
  const told = event(5);
  const alarm: Alarm = {
    id: alarmId('somebody', 'yard', [told.id]),
    level: 0,
    rule: 'somebody',
    severity: 'warning',
    message: 'a person in the yard',
    camera: 'yard',
    session: 's1',
    what: told.type,
    subject: { label: 'person' },
    evidence: [{ event: told.id, frame: 'yard/s1/5', ref }],
    suppressed: 0,
    notify: [],
    late: false,
    times: { capturedAtUs: told.atUs, eventAtUs: told.atUs + 1000, raisedAtUs: told.atUs + 2000 },
  };
  log.append(encodeAlarm(alarm), Date.now());
  return alarm;
}

/** An unknown person with two faces. @param crop their pictures, which only photos give */
export function introduce(log: FakeLog, person: string, crop?: Buffer): void {
  const embedding = Buffer.alloc(512, 1).toString('base64');
  const quality = { eyesPx: 30, sharpness: 1, turn: 0 };
  log.append(encodePerson({ person, isEnrolled: false, atUs: 1 }), Date.now());
  for (const face of ['a', 'b']) {
    const about = {
      person,
      face,
      embedding,
      quality,
      source: {},
      ...(crop ? { crop: crop.toString('base64') } : {}),
      atUs: 2,
    };
    log.append(encodePersonFace(about), Date.now());
  }
}
