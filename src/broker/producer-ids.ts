import type { MetadataStore } from './metadata/metadata-store.ts';

const blockSize = 1000n;

/** Hands out producer ids that no producer of this data directory ever had; reserves them in blocks. */
export class ProducerIds {
  readonly #store: MetadataStore;
  #next: bigint;
  /** First id that is not reserved on the disk. */
  #reservedUpTo: bigint;

  constructor(store: MetadataStore) {
    this.#store = store;
    this.#next = BigInt(store.document.nextProducerId);
    this.#reservedUpTo = this.#next;
  }

  /** Rejects with the system's error when the reservation cannot be written. */
  async next(): Promise<bigint> {
    while (this.#next >= this.#reservedUpTo) await this.#reserve();
    return this.#next++;
  }

  async #reserve(): Promise<void> {
    const upTo = this.#reservedUpTo + blockSize;
    if (BigInt(this.#store.document.nextProducerId) < upTo) this.#store.document.nextProducerId = `${upTo}`;
    await this.#store.save();
    if (upTo > this.#reservedUpTo) this.#reservedUpTo = upTo;
  }
}
