import type { OutgoingRecord } from '../topics/record.ts';
import type { RecordProducer } from './record-producer.ts';

export interface OutboxOptions {
  producer: Pick<RecordProducer, 'send'>;
  /** Called after each answer of the broker, good or bad. */
  onSettled: () => void;
  onFailure: (error: unknown) => void;
}

interface Letter {
  records: readonly OutgoingRecord[];
  onAcknowledged: () => void;
}

/** So long a record waits for company while there is a backlog anyway. */
const lingerMs = 100;
const maxGatheredLetters = 16;

/**
 * What work has made, on its way to the log. Without a backlog everything leaves at once. With one, records travel
 * together: each request costs broker and readers about as much as the work on a small record, and nobody waits for it.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #underWay = new Set<Promise<void>>();
  #gathered: Letter[] = [];
  #timer: NodeJS.Timeout | undefined;
  #underWayCount = 0;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Letters that the broker has not acknowledged. */
  get waiting(): number {
    return this.#gathered.length + this.#underWayCount;
  }

  add(letter: Letter, { hasBacklog }: { hasBacklog: boolean }): void {
    this.#gathered.push(letter);
    if (!hasBacklog || this.#gathered.length >= maxGatheredLetters) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), lingerMs);
  }

  /** Sends what has gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const letters = this.#gathered;
    if (letters.length === 0) return;
    this.#gathered = [];
    this.#underWayCount += letters.length;
    const sent = this.#send(letters).finally(() => {
      this.#underWay.delete(sent);
      this.#underWayCount -= letters.length;
      this.#options.onSettled();
    });
    this.#underWay.add(sent);
  }

  /** Sends what has gathered and waits for every answer. */
  async empty(): Promise<void> {
    this.flush();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #send(letters: readonly Letter[]): Promise<void> {
    try {
      await this.#options.producer.send(letters.flatMap(({ records }) => records));
      for (const { onAcknowledged } of letters) onAcknowledged();
    } catch (error) {
      this.#options.onFailure(error);
    }
  }
}
