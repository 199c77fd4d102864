import type { Page } from '../../../src/topics/stored.ts';

/**
 * A list whose first page was read again: what is new comes first, what was changed is replaced, and what had been paged back
 * to stays, as long as nothing can be missing in between.
 */
export function mergePage<T>(known: Page<T>, first: Page<T>, keyOf: (item: T) => string): Page<T> {
  const last = first.items.at(-1);
  if (!last || first.next === null) return first;
  const place = known.items.findIndex((item) => keyOf(item) === keyOf(last));
  if (place < 0) return first;
  return {
    items: [...first.items, ...known.items.slice(place + 1)],
    next: place + 1 < known.items.length ? known.next : first.next,
  };
}
