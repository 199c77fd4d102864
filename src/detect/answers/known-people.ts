import { describeError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { PeopleBook } from '../../stage/people/people-book.ts';
import { PeopleReader } from '../../stage/people/people-reader.ts';

/** The people of the topic `people`, followed from the first question on that needs them. */
export class KnownPeople {
  readonly #options: { brokers: readonly string[]; logger: Logger };
  #opening: Promise<PeopleReader> | undefined;

  constructor(options: { brokers: readonly string[]; logger: Logger }) {
    this.#options = options;
  }

  /** As new as the topic. @throws BROKER_UNREACHABLE */
  async book(): Promise<PeopleBook> {
    this.#opening ??= this.#open();
    return (await this.#opening).book;
  }

  async close(): Promise<void> {
    await (await this.#opening?.catch(() => undefined))?.close();
  }

  async #open(): Promise<PeopleReader> {
    const { brokers, logger } = this.#options;
    const onTrouble = (error: Error) => logger.warn(`${describeError(error)}; going on`);
    const common = { brokers, clientId: 'answer-people', onInterruption: onTrouble, onInvalid: onTrouble };
    // What failed or ended is opened anew by the next question.
    const forget = () => {
      this.#opening = undefined;
    };
    try {
      const reader = await PeopleReader.open(common);
      reader.done.catch(forget);
      return reader;
    } catch (error) {
      forget();
      throw error;
    }
  }
}
