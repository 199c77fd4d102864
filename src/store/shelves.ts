import type { Logger } from '../base/logger.ts';
import { decodeAlarmEntry, decodeDelivery } from '../topics/alarm-record.ts';
import { decodeEvent } from '../topics/event-record.ts';
import { decodeMark } from '../topics/mark-record.ts';
import { decodePeopleRecord } from '../topics/people-record.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { topicNames } from '../topics/topic-names.ts';
import { decodeAll } from './decode-all.ts';
import { storeAlarms, storeDeliveries } from './store-alarms.ts';
import { storeEvents } from './store-events.ts';
import { storeMarks } from './store-marks.ts';
import { storePeople } from './store-people.ts';
import type { Store } from './tables.ts';

/** What becomes of the records of one topic. */
export interface Shelf {
  topic: string;
  /** @returns how many rows have changed */
  put(transaction: Store, records: readonly IncomingRecord[], nowUs: number): Promise<number>;
}

/** What is stored of which topic. */
export function storeShelves(logger: Logger): Shelf[] {
  return [
    {
      topic: topicNames.events,
      put: (transaction, records, nowUs) => storeEvents(transaction, decodeAll(records, decodeEvent, logger), nowUs),
    },
    {
      topic: topicNames.alarms,
      put: (transaction, records) => storeAlarms(transaction, decodeAll(records, decodeAlarmEntry, logger)),
    },
    {
      topic: topicNames.deliveries,
      put: (transaction, records) => storeDeliveries(transaction, decodeAll(records, decodeDelivery, logger)),
    },
    {
      topic: topicNames.marks,
      put: (transaction, records) => storeMarks(transaction, decodeAll(records, decodeMark, logger)),
    },
    {
      topic: topicNames.people,
      put: (transaction, records) => storePeople(transaction, decodeAll(records, decodePeopleRecord, logger)),
    },
  ];
}
