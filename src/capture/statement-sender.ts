import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { RecordProducer } from '../stage/record-producer.ts';
import { encodeSessionStatement, type SessionStatement } from '../topics/ledger-record.ts';

const retryDelayMs = 500;

/**
 * Publishes statements on the ledger. Of each session only the newest one matters: while the broker is away older ones
 * are replaced, so that nothing piles up.
 */
export class StatementSender {
  readonly #producer: RecordProducer;
  readonly #logger: Logger;
  readonly #pending = new Map<string, SessionStatement>();
  readonly #stopped = new AbortController();
  #sending: Promise<void> | undefined;

  constructor(producer: RecordProducer, logger: Logger) {
    this.#producer = producer;
    this.#logger = logger;
  }

  say(statement: SessionStatement): void {
    if (this.#stopped.signal.aborted) return;
    this.#pending.set(`${statement.camera}/${statement.session}`, statement);
    this.#sending ??= this.#sendAll();
  }

  /** Resolves when everything said so far is acknowledged, or sending was stopped. */
  async settled(): Promise<void> {
    await this.#sending;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #sendAll(): Promise<void> {
    while (this.#pending.size > 0 && !this.#stopped.signal.aborted) {
      const statements = [...this.#pending.values()];
      this.#pending.clear();
      try {
        await this.#producer.send(statements.map(encodeSessionStatement));
      } catch (error) {
        this.#logger.debug(`a statement for the ledger waits: ${describeError(error)}`);
        this.#putBack(statements);
        await delay(retryDelayMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      }
    }
    // In the same turn as the check above: a statement said from now on starts the next round.
    this.#sending = undefined;
  }

  #putBack(statements: readonly SessionStatement[]): void {
    for (const statement of statements) {
      const key = `${statement.camera}/${statement.session}`;
      if (!this.#pending.has(key)) this.#pending.set(key, statement);
    }
  }
}
