import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Page } from '../../../src/topics/stored.ts';
import { mergePage } from './merge-page.ts';
import { getJson } from './stored-api.ts';

export interface StoredList<T> {
  /** Undefined until the first answer. */
  items: T[] | undefined;
  /** What is shown answers an earlier question. */
  isLoading: boolean;
  hasOlder: boolean;
  /** Why nothing newer is shown. */
  problem: string | undefined;
  older(): void;
}

/** However often something is stored, the list is asked for again at most this often. */
export const refreshMs = 700;

/**
 * A list of the server, newest first, that follows what is stored.
 *
 * @param path without a cursor; another one begins a new list
 * @param revision grows with what is stored
 */
export function useStoredList<T>(path: string, keyOf: (item: T) => string, revision: number): StoredList<T> {
  const [list, setList] = useState<{ path: string; page: Page<T> } | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const askedAt = useRef({ path: '', atMs: 0 });
  useEffect(() => {
    const isNew = askedAt.current.path !== path;
    const waitMs = isNew ? 0 : Math.max(0, askedAt.current.atMs + refreshMs - performance.now());
    let isOver = false;
    const timer = window.setTimeout(async () => {
      askedAt.current = { path, atMs: performance.now() };
      try {
        const first = await getJson<Page<T>>(path);
        if (isOver && isNew) return;
        setList((known) => ({ path, page: known?.path === path ? mergePage(known.page, first, keyOf) : first }));
        setProblem(undefined);
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error));
      }
    }, waitMs);
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [path, revision, keyOf]);
  const page = list?.path === path ? list.page : undefined;
  const older = useCallback(async () => {
    if (!page?.next) return;
    try {
      const more = await getJson<Page<T>>(
        `${path}${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(page.next)}`,
      );
      setList((known) =>
        known?.path === path && known.page.next === page.next
          ? { path, page: { items: [...known.page.items, ...more.items], next: more.next } }
          : known,
      );
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }, [path, page]);
  return {
    items: list?.page.items,
    isLoading: page === undefined,
    hasOlder: page?.next != null,
    problem,
    older: () => void older(),
  };
}
