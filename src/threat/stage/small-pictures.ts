import { setImmediate as nextTurn } from 'node:timers/promises';
import { describeError, isFault } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { type IncomingRecord, recordRef } from '../../topics/record.ts';
import type { GreyPicture } from '../motion/grey-picture.ts';

export interface SmallPicturesOptions {
  /** Decodes a result's picture and makes it small. @throws FRAME_UNDECODABLE */
  shrink(jpeg: Uint8Array, size: { width: number; height: number }): Promise<GreyPicture>;
  logger: Pick<Logger, 'warn'>;
}

/** Two that read the same results are seldom farther apart. */
const keptPictures = 32;

/** The small pictures of results, each made once though two ask for it. */
export class SmallPictures {
  readonly #options: SmallPicturesOptions;
  readonly #kept = new Map<string, Promise<GreyPicture | undefined>>();

  constructor(options: SmallPicturesOptions) {
    this.#options = options;
  }

  /** @returns undefined where the result carries no picture, or one that cannot be decoded */
  of(record: IncomingRecord, size: { width: number; height: number }): Promise<GreyPicture | undefined> {
    const ref = recordRef(record);
    const known = this.#kept.get(ref);
    if (known) return known;
    const made = this.#make(record, size);
    this.#kept.set(ref, made);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > keptPictures && oldest !== undefined) this.#kept.delete(oldest);
    return made;
  }

  async #make(
    record: IncomingRecord,
    { width, height }: { width: number; height: number },
  ): Promise<GreyPicture | undefined> {
    if (record.value.length === 0) return undefined;
    // Decoding and judging hold the thread: heartbeats, timers and the other reader have their turn between two pictures.
    await nextTurn();
    try {
      return await this.#options.shrink(record.value, { width, height });
    } catch (error) {
      if (!isFault(error, 'FRAME_UNDECODABLE')) throw error;
      this.#options.logger.warn(`${describeError(error)}; it is judged without its picture`);
      return undefined;
    }
  }
}
