import { type Clock, systemClock } from '../../base/clock.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm and other wrappers send on the signal that the terminal has sent already: that is one Ctrl-C, not two. */
const echoMs = 500;

/** What Ctrl-C asks for: the first time an orderly end, the second time an end at once. */
export interface Interrupt {
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
  readonly isRequested: boolean;
  /** Gives the signals back to the system. */
  release(): void;
}

export function listenForInterrupt(onSecond: () => void, clock: Clock = systemClock): Interrupt {
  const { promise, resolve } = Promise.withResolvers<void>();
  let firstAtMs: number | undefined;
  const onSignal = () => {
    if (firstAtMs === undefined) {
      firstAtMs = clock.monotonicMs();
      resolve();
    } else if (clock.monotonicMs() - firstAtMs >= echoMs) onSecond();
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    requested: promise,
    get isRequested() {
      return firstAtMs !== undefined;
    },
    release() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}
