import { setTimeout as delay } from 'node:timers/promises';
import { Fixture } from '../contract/fixture.ts';
import { RawClient } from '../contract/raw-client.ts';
import { fetchCommitted } from './fetch-committed.ts';
import type { Outcome, Poll, Send } from './history.ts';
import { copiers, copies, partitionName, topic } from './names.ts';
import { RawTransactions } from './raw-transactions.ts';
import { within } from './within.ts';
import type { Work } from './workload.ts';

const pauseAfterFailureMs = 50;
const pauseWithoutRecordsMs = 5;
const recordsPerCopy = 20;

/** A copier that was given up in the middle of a transaction and is still alive. */
class Abandoned extends Error {
  readonly transactions: RawTransactions;

  constructor(transactions: RawTransactions) {
    super('abandoned');
    this.transactions = transactions;
  }
}

/**
 * Copies some partitions record by record. Each transaction writes copies and commits the offset after their sources, so that
 * both happen or neither; now and then one is aborted, or left to a successor while it still tries to commit. Comes to its
 * end when all is copied that was written, with nothing left open.
 */
export async function runCopier(work: Work, client: string, partitions: readonly number[]): Promise<void> {
  let abandoned: Abandoned | undefined;
  for (let isDone = false; !isDone; ) {
    try {
      isDone = await new Copier(work, client).run(partitions, abandoned);
    } catch (error) {
      work.onFailure(client, error);
      abandoned = error instanceof Abandoned ? error : undefined;
      if (abandoned === undefined) await delay(pauseAfterFailureMs);
    }
  }
}

/** A copier from its start to its first failure. */
class Copier {
  readonly #work: Work;
  readonly #client: string;

  constructor(work: Work, client: string) {
    this.#work = work;
    this.#client = client;
  }

  async run(partitions: readonly number[], abandoned: Abandoned | undefined): Promise<boolean> {
    const connection = await RawClient.connect(this.#work.bootstrap);
    try {
      const transactions = new RawTransactions(connection, this.#client);
      await within(transactions.begin());
      // It has been told nothing of its successor. Should it get through, its transaction counts as aborted all the same.
      await within(Promise.resolve(abandoned?.transactions.end(true))).catch(() => {});
      const places = await within(transactions.committedOffsets(copiers, topic, partitions));
      this.#work.history.push({ kind: 'assigned', client: this.#client });
      const isDone = await this.#copyAll(Fixture.over(connection, topic), transactions, places);
      connection.close();
      return isDone;
    } catch (error) {
      // One that is abandoned lives on, to be fenced.
      if (!(error instanceof Abandoned)) connection.close();
      throw error;
    } finally {
      abandoned?.transactions.close();
    }
  }

  async #copyAll(fixture: Fixture, transactions: RawTransactions, places: Map<number, bigint>): Promise<boolean> {
    for (;;) {
      const mayEnd = this.#work.readersEnd.aborted;
      let hasMoved = false;
      for (const [partition, offset] of places) {
        const next = await this.#copySome(fixture, transactions, { partition, offset });
        if (next !== offset) hasMoved = true;
        places.set(partition, next);
      }
      if (!hasMoved && mayEnd) return true;
      if (!hasMoved) await delay(pauseWithoutRecordsMs);
    }
  }

  /** @returns where to go on */
  async #copySome(
    fixture: Fixture,
    transactions: RawTransactions,
    { partition, offset }: { partition: number; offset: bigint },
  ): Promise<bigint> {
    const found = await within(fetchCommitted(fixture, { topic, partition, offset }));
    const records = found.records.slice(0, recordsPerCopy);
    if (records.length === 0) return found.next;
    const { history } = this.#work;
    history.push({ kind: 'poll', client: this.#client, partition: partitionName(topic, partition), records });
    if (!(await this.#transact(transactions, partition, records))) {
      history.push({ kind: 'assigned', client: this.#client });
      return offset;
    }
    return records.length === found.records.length ? found.next : afterLast(records);
  }

  /** @returns whether it was committed: now and then it is aborted instead */
  async #transact(transactions: RawTransactions, partition: number, records: Poll['records']): Promise<boolean> {
    const { history, newValue, below } = this.#work;
    const id = newValue('copying');
    const next = afterLast(records);
    const shallCommit = below(8) !== 0;
    let outcome: 'committed' | 'aborted' | 'unknown' = 'aborted';
    try {
      await within(transactions.addPartition(copies, partition));
      await this.#send(transactions, partition, this.#copiesOf(records, partition, id));
      await within(transactions.commitOffset(copiers, { topic, partition, offset: next }));
      if (below(40) === 0) throw new Abandoned(transactions);
      if (shallCommit) outcome = 'unknown';
      await within(transactions.end(shallCommit));
      if (shallCommit) outcome = 'committed';
    } finally {
      history.push({ kind: 'transaction', id, outcome });
    }
    const source = partitionName(topic, partition);
    if (shallCommit) history.push({ kind: 'committed', group: copiers, partition: source, offset: next });
    return shallCommit;
  }

  #copiesOf(records: Poll['records'], partition: number, transaction: string): Omit<Send, 'outcome'>[] {
    const who = {
      kind: 'send',
      client: this.#client,
      partition: partitionName(copies, partition),
      transaction,
    } as const;
    return records.map(({ offset }) => ({
      ...who,
      value: this.#work.newValue(this.#client),
      source: { group: copiers, partition: partitionName(topic, partition), offset },
    }));
  }

  async #send(transactions: RawTransactions, partition: number, sends: Omit<Send, 'outcome'>[]): Promise<void> {
    const { history } = this.#work;
    let outcome: Outcome = 'unknown';
    let base: bigint | undefined;
    try {
      const values = sends.map(({ value }) => value);
      base = await within(transactions.send(copies, partition, values));
      outcome = 'acknowledged';
    } finally {
      for (const [i, each] of sends.entries()) {
        history.push({ ...each, outcome, ...(base === undefined ? {} : { offset: base + BigInt(i) }) });
      }
    }
  }
}

function afterLast(records: Poll['records']): bigint {
  return (records.at(-1)?.offset ?? -1n) + 1n;
}
