import type { CommittedSeen, HistoryEvent, Poll, Send, Transaction } from './history.ts';
import { findUnevenProcessing } from './uneven-processing.ts';

/** A promise of the log that a history shows broken. */
export interface Anomaly {
  kind:
    | 'lost write'
    | 'duplicate'
    | 'inconsistent offset'
    | 'aborted read'
    | 'unknown value'
    | 'torn transaction'
    | 'poll skip'
    | 'non-monotonic poll'
    | 'non-monotonic send'
    | 'committed offset went back'
    | 'processed twice'
    | 'never processed';
  description: string;
}

/** What a history says about one partition. */
interface PartitionView {
  /** Values by offset, from polls and acknowledgements. */
  readonly values: Map<bigint, string>;
  /** By readers of committed records, as are the next. */
  readonly polledOffsets: Set<bigint>;
  highestPolled: bigint;
  isReadToEnd: boolean;
}

/**
 * Looks for broken promises in a history, in the manner of Jepsen's workload for Kafka.
 *
 * - lost write: acknowledged, at or below the highest offset polled (or the partition was read to its end), never polled
 * - duplicate: one value at two offsets
 * - inconsistent offset: one offset with two values
 * - aborted read: a value polled that was refused, or whose transaction aborted or never ended
 * - torn transaction: some of a transaction's acknowledged writes polled, others not
 * - poll skip: a reader passes over an offset that another reader was given
 * - non-monotonic poll, non-monotonic send: offsets that do not grow for one reader or writer
 * - committed offset went back: a group's offset is below one that was acknowledged or seen before
 * - processed twice: two committed records were made of one
 * - never processed: a group that commits with what it makes is past a record of which nothing was made
 *
 * @returns every anomaly found, none for a history that keeps all promises
 */
export function findAnomalies(history: readonly HistoryEvent[]): Anomaly[] {
  return [...new Investigation(history).run()];
}

class Investigation {
  readonly #history: readonly HistoryEvent[];
  readonly #sends = new Map<string, Send>();
  readonly #transactions = new Map<string, Transaction['outcome']>();
  readonly #partitions = new Map<string, PartitionView>();
  /** Where each value was polled. */
  readonly #polledAt = new Map<string, string>();
  /** Values that readers of committed records were given. */
  readonly #visible = new Set<string>();
  readonly #found: Anomaly[] = [];

  constructor(history: readonly HistoryEvent[]) {
    this.#history = history;
  }

  run(): readonly Anomaly[] {
    this.#collect();
    for (const poll of this.#all('poll')) this.#notePoll(poll);
    for (const send of this.#sends.values()) this.#noteOffset(send);
    for (const [value] of this.#polledAt) this.#checkSent(value);
    for (const value of this.#visible) this.#checkReadable(value);
    for (const send of this.#sends.values()) this.#checkKept(send);
    this.#checkTransactions();
    this.#checkPollOrder();
    this.#checkSendOrder();
    this.#checkCommitted();
    this.#found.push(...findUnevenProcessing(this.#history));
    return this.#found;
  }

  *#all<K extends HistoryEvent['kind']>(kind: K): Generator<Extract<HistoryEvent, { kind: K }>> {
    for (const event of this.#history) if (event.kind === kind) yield event as Extract<HistoryEvent, { kind: K }>;
  }

  #collect(): void {
    for (const send of this.#all('send')) this.#sends.set(send.value, send);
    for (const { id, outcome } of this.#all('transaction')) this.#transactions.set(id, outcome);
    for (const { partition } of this.#all('readToEnd')) this.#view(partition).isReadToEnd = true;
  }

  #view(partition: string): PartitionView {
    let view = this.#partitions.get(partition);
    if (view === undefined) {
      view = { values: new Map(), polledOffsets: new Set(), highestPolled: -1n, isReadToEnd: false };
      this.#partitions.set(partition, view);
    }
    return view;
  }

  #notePoll({ partition, records, isUncommitted = false }: Poll): void {
    const view = this.#view(partition);
    for (const { offset, value } of records) {
      if (!isUncommitted) this.#noteVisible(view, offset, value);
      this.#expectSame(partition, offset, value);
      const place = `${partition}@${offset}`;
      const before = this.#polledAt.get(value);
      if (before !== undefined && before !== place) this.#report('duplicate', `${value} is at ${before} and ${place}`);
      else this.#polledAt.set(value, place);
    }
  }

  #noteVisible(view: PartitionView, offset: bigint, value: string): void {
    view.polledOffsets.add(offset);
    if (offset > view.highestPolled) view.highestPolled = offset;
    this.#visible.add(value);
  }

  #noteOffset({ partition, offset, value, outcome }: Send): void {
    if (outcome !== 'acknowledged' || offset === undefined) return;
    this.#expectSame(partition, offset, value);
    const place = this.#polledAt.get(value);
    if (place === undefined || place === `${partition}@${offset}`) return;
    this.#report('duplicate', `${value} was acknowledged at ${partition}@${offset} and polled at ${place}`);
  }

  #expectSame(partition: string, offset: bigint, value: string): void {
    const { values } = this.#view(partition);
    const before = values.get(offset);
    if (before === undefined) values.set(offset, value);
    else if (before !== value) {
      this.#report('inconsistent offset', `${partition}@${offset} is ${before} and ${value}`);
    }
  }

  #checkSent(value: string): void {
    const outcome = this.#sends.get(value)?.outcome;
    if (outcome === undefined) this.#report('unknown value', `${value} was polled and nobody sent it`);
    if (outcome === 'failed') this.#report('aborted read', `${value} was refused and polled`);
  }

  #checkReadable(value: string): void {
    const transaction = this.#sends.get(value)?.transaction;
    if (transaction === undefined || this.#mayBeVisible(transaction)) return;
    this.#report('aborted read', `${value} was polled; its transaction ${transaction} did not commit`);
  }

  /** A transaction whose end nobody asked for may not be visible. */
  #mayBeVisible(transaction: string): boolean {
    const outcome = this.#transactions.get(transaction);
    return outcome === 'committed' || outcome === 'unknown';
  }

  #checkKept(send: Send): void {
    if (send.outcome !== 'acknowledged' || this.#visible.has(send.value)) return;
    if (send.transaction !== undefined && this.#transactions.get(send.transaction) !== 'committed') return;
    if (this.#isPast(send)) this.#report('lost write', `${send.value} was acknowledged (${place(send)}), never polled`);
  }

  /** True when a reader should have met the write. */
  #isPast({ partition, offset }: Send): boolean {
    const { isReadToEnd, highestPolled } = this.#view(partition);
    return isReadToEnd || (offset !== undefined && offset <= highestPolled);
  }

  #checkTransactions(): void {
    const sends = [...this.#sends.values()].filter(({ transaction }) => transaction !== undefined);
    for (const [id, writes] of Map.groupBy(sends, ({ transaction }) => transaction)) {
      const kept = writes.filter(({ outcome }) => outcome === 'acknowledged');
      const missing = kept.filter((send) => !this.#visible.has(send.value) && this.#isPast(send));
      if (missing.length === 0 || !writes.some(({ value }) => this.#visible.has(value))) continue;
      this.#report('torn transaction', `${id} is visible without ${missing.map(({ value }) => value).join(', ')}`);
    }
  }

  #checkPollOrder(): void {
    const known = new Map([...this.#partitions].map(([name, view]) => [name, sorted(view.polledOffsets)]));
    const last = new Map<string, Map<string, bigint>>();
    for (const event of this.#history) {
      if (event.kind === 'assigned') last.delete(event.client);
      if (event.kind !== 'poll') continue;
      const places = last.get(event.client) ?? new Map<string, bigint>();
      last.set(event.client, places);
      this.#checkPoll(event, places, known.get(event.partition) ?? []);
    }
  }

  #checkPoll({ client, partition, records }: Poll, places: Map<string, bigint>, known: readonly bigint[]): void {
    for (const { offset } of records) {
      const before = places.get(partition);
      places.set(partition, offset);
      if (before === undefined) continue;
      const step = `${client} went from ${partition}@${before} to ${offset}`;
      if (offset <= before) this.#report('non-monotonic poll', step);
      const next = firstAfter(known, before);
      if (next !== undefined && next < offset) this.#report('poll skip', `${step}; ${next} is there too`);
    }
  }

  #checkSendOrder(): void {
    const last = new Map<string, Send & { offset: bigint }>();
    for (const send of this.#all('send')) {
      const { outcome, offset, client, partition } = send;
      if (outcome !== 'acknowledged' || offset === undefined) continue;
      const writer = `${client} ${partition}`;
      const before = last.get(writer);
      last.set(writer, { ...send, offset });
      if (before === undefined || before.offset < offset) continue;
      this.#report('non-monotonic send', `${client} wrote ${place(before)}, then ${place(send)}`);
    }
  }

  #checkCommitted(): void {
    for (const [name, events] of Map.groupBy(
      this.#commitEvents(),
      ({ event }) => `${event.group} ${event.partition}`,
    )) {
      const seen = events.filter(({ event }) => event.kind === 'committedSeen');
      for (const { event } of seen) {
        const { askedAt, offset } = event as CommittedSeen;
        const earlier = events.filter(({ index }) => index < askedAt).map((each) => each.event.offset);
        const highest = earlier.reduce((most, each) => (each > most ? each : most), -1n);
        if (offset < highest) this.#report('committed offset went back', `${name}: from ${highest} to ${offset}`);
      }
    }
  }

  #commitEvents() {
    return this.#history.flatMap((event, index) =>
      event.kind === 'committed' || event.kind === 'committedSeen' ? [{ event, index }] : [],
    );
  }

  #report(kind: Anomaly['kind'], description: string): void {
    this.#found.push({ kind, description });
  }
}

function place({ partition, offset, value }: Send): string {
  return `${value} at ${partition}@${offset ?? 'an offset not told'}`;
}

function sorted(offsets: ReadonlySet<bigint>): bigint[] {
  return [...offsets].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The smallest of the ascending `offsets` that is greater than `offset`. */
function firstAfter(offsets: readonly bigint[], offset: bigint): bigint | undefined {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((offsets[middle] ?? 0n) > offset) high = middle;
    else low = middle + 1;
  }
  return offsets[low];
}
