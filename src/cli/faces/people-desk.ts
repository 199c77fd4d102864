import { randomUUID } from 'node:crypto';
import { describeError } from '../../base/errors.ts';
import type { PeopleBook } from '../../stage/people/people-book.ts';
import { applyTo } from '../../stage/people/people-reader.ts';
import { readToEnd } from '../../stage/read-to-end.ts';
import { openRecordProducer } from '../../stage/record-producer.ts';
import type { OutgoingRecord } from '../../topics/record.ts';
import { topicNames } from '../../topics/topic-names.ts';
import { assertTopicExists, clientBrokers, clientId } from '../commands/client-options.ts';

/** Everybody who is known to some brokers, and a way to write. */
export interface PeopleDesk {
  brokers: string[];
  book: PeopleBook;
  /** @returns when the brokers have it */
  write(records: readonly OutgoingRecord[]): Promise<void>;
}

/** Reads everybody once. @throws BROKER_UNREACHABLE, USAGE when there is no topic of people */
export async function openPeopleDesk(given: string[] | undefined): Promise<PeopleDesk> {
  const brokers = await clientBrokers(given);
  await assertTopicExists(brokers, topicNames.people);
  const { PeopleBook } = await import('../../stage/people/people-book.ts');
  const book = new PeopleBook({ crops: true });
  const complain = (error: unknown) => process.stderr.write(`${describeError(error)}; it is passed over\n`);
  await readToEnd({ brokers, clientId, topic: topicNames.people, from: 'beginning' }, (record) =>
    applyTo(book, record, complain),
  );
  return {
    brokers,
    book,
    async write(records) {
      const producer = await openRecordProducer({ brokers, clientId: `${clientId}-${randomUUID()}` });
      await producer.send(records).finally(() => producer.close());
    },
  };
}
