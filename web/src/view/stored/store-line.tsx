import type { StoreState } from '../../../../src/topics/store-state.ts';
import { Advice } from '../advice.tsx';
import { formatTime } from '../format.ts';

/** How the lists stand to what has happened. */
export function StoreLine({ store, problem }: { store: StoreState; problem: string | undefined }) {
  if (store.problem) {
    return (
      <div class="store-line" data-tone="bad" role="alert">
        <b>{store.problem.message}</b>
        <Advice text={store.problem.next} />
      </div>
    );
  }
  const upTo =
    store.storedUpToMs === null ? 'Nothing new since the start' : `Stored up to ${formatTime(store.storedUpToMs)}`;
  const words = { opening: 'waiting for the log', 'catching-up': 'catching up', live: 'live' } as const;
  const word = store.state in words ? words[store.state as keyof typeof words] : store.state;
  return (
    <p class="store-line" data-tone={store.state === 'live' ? 'quiet' : 'warning'}>
      {upTo} · {word}
      {problem !== undefined && <span data-tone="bad"> · {problem}</span>}
    </p>
  );
}
