const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What Ctrl-C asks for: the first time an orderly end, the second time an end at once. */
export interface Interrupt {
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
  readonly isRequested: boolean;
  /** Gives the signals back to the system. */
  release(): void;
}

export function listenForInterrupt(onSecond: () => void): Interrupt {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const onSignal = () => {
    count++;
    if (count === 1) resolve();
    else onSecond();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    requested: promise,
    get isRequested() {
      return count > 0;
    },
    release() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
