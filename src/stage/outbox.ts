export interface OutboxOptions<Letter> {
  /** @returns when the broker has acknowledged all of them */
  send(letters: readonly Letter[]): Promise<void>;
  /** Called after each answer of the broker, good or bad. */
  onSettled: () => void;
  onFailure: (error: unknown) => void;
}

/** A transaction costs the broker about seven milliseconds of processor time on a small machine, whatever is in it. */
export const maxGathered = 32;

/**
 * What work has made, on its way to the log. Without a backlog everything leaves at once. With one, letters travel
 * together: each request costs broker and readers about as much as the work on a small record, and nobody waits for it.
 */
export class Outbox<Letter> {
  readonly #options: OutboxOptions<Letter>;
  readonly #underWay = new Set<Promise<void>>();
  #gathered: Letter[] = [];
  #timer: NodeJS.Timeout | undefined;
  #underWayCount = 0;

  constructor(options: OutboxOptions<Letter>) {
    this.#options = options;
  }

  /** Letters that the broker has not acknowledged. */
  get waiting(): number {
    return this.#gathered.length + this.#underWayCount;
  }

  /** @param lingerMs so long it waits for company while there is a backlog */
  add(letter: Letter, { hasBacklog, lingerMs }: { hasBacklog: boolean; lingerMs: number }): void {
    this.#gathered.push(letter);
    if (!hasBacklog || this.#gathered.length >= maxGathered) this.flush();
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
    const sent = this.#options
      .send(letters)
      .catch(this.#options.onFailure)
      .finally(() => {
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
}
