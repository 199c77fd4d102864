interface Traveller {
  alone: boolean;
  go(): void;
}

/**
 * Lets many go at once, or one alone: a frame under suspicion of bringing the server down is sent with nothing else
 * under way, so that only the one that does it is blamed. First come, first served.
 */
export class SharedRoad {
  readonly #queue: Traveller[] = [];
  #underWay = 0;
  #isTakenAlone = false;

  /** Runs `travel` once the road is free for it. */
  async run<T>({ alone }: { alone: boolean }, travel: () => Promise<T>): Promise<T> {
    await new Promise<void>((go) => {
      this.#queue.push({ alone, go });
      this.#admit();
    });
    try {
      return await travel();
    } finally {
      this.#underWay--;
      this.#isTakenAlone = false;
      this.#admit();
    }
  }

  #admit(): void {
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      if (this.#isTakenAlone || (next.alone && this.#underWay > 0)) return;
      this.#queue.shift();
      this.#underWay++;
      this.#isTakenAlone = next.alone;
      next.go();
    }
  }
}
