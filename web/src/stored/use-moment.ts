import { useEffect, useState } from 'preact/hooks';
import type { StoredEvent, StoredMoment } from '../../../src/topics/stored.ts';
import { getJson } from './stored-api.ts';

export interface Moment {
  /** Undefined until the first answer. */
  stored: StoredEvent | undefined;
  frames: StoredMoment['frames'] | undefined;
  problem: string | undefined;
}

/** Pictures that are being fetched from the log are asked for again after so long. */
const againMs = 600;

/** @param revision grows with what is stored: what was said of the event since then is read again */
export function useMoment(event: string, revision: number): Moment {
  const [moment, setMoment] = useState<Moment>({ stored: undefined, frames: undefined, problem: undefined });
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    const read = async () => {
      const path = pathOfEvent(event);
      try {
        const [stored, { frames }] = await Promise.all([
          getJson<StoredEvent>(path),
          getJson<StoredMoment>(`${path}/moment`),
        ]);
        if (isOver) return;
        setMoment({ stored, frames, problem: undefined });
        if (frames.some(({ picture }) => picture === 'wanted')) timer = window.setTimeout(read, againMs);
      } catch (error) {
        const problem = error instanceof Error ? error.message : String(error);
        if (!isOver) setMoment((known) => ({ ...known, problem }));
      }
    };
    void read();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [event, revision]);
  return moment;
}

export function pathOfEvent(event: string): string {
  return `./api/events/${encodeURIComponent(event)}`;
}
