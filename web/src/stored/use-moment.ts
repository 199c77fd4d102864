import { useEffect, useRef, useState } from 'preact/hooks';
import type { StoredEvent, StoredMoment } from '../../../src/topics/stored.ts';
import { getJson } from './stored-api.ts';
import { refreshMs } from './use-stored-list.ts';

export interface Moment {
  /** Undefined until the first answer. */
  stored: StoredEvent | undefined;
  frames: StoredMoment['frames'] | undefined;
  problem: string | undefined;
}

/** @param revision grows with what is stored: what was said of the event since then is read again */
export function useMoment(event: string, revision: number): Moment {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const stored = useStoredEvent(event, revision, setProblem);
  const frames = useFrames(event, setProblem);
  return { stored, frames, problem };
}

export function pathOfEvent(event: string): string {
  return `./api/events/${encodeURIComponent(event)}`;
}

type TellProblem = (problem: string | undefined) => void;

/** However often something is stored, the event is asked for again at most this often. */
function useStoredEvent(event: string, revision: number, tell: TellProblem): StoredEvent | undefined {
  const [stored, setStored] = useState<StoredEvent | undefined>(undefined);
  const askedAtMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const timer = window.setTimeout(
      () => {
        askedAtMs.current = performance.now();
        getJson<StoredEvent>(pathOfEvent(event)).then(
          (answer) => {
            setStored(answer);
            tell(undefined);
          },
          (error: Error) => tell(error.message),
        );
      },
      Math.max(0, askedAtMs.current + refreshMs - performance.now()),
    );
    return () => window.clearTimeout(timer);
  }, [event, revision, tell]);
  return stored;
}

/** The frames never change once their pictures are there. */
function useFrames(event: string, tell: TellProblem): StoredMoment['frames'] | undefined {
  const [frames, setFrames] = useState<StoredMoment['frames'] | undefined>(undefined);
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    const read = async () => {
      try {
        const moment = await getJson<StoredMoment>(`${pathOfEvent(event)}/moment`);
        if (isOver) return;
        setFrames(moment.frames);
        if (moment.frames.some(({ picture }) => picture === 'wanted')) timer = window.setTimeout(read, refreshMs);
      } catch (error) {
        if (!isOver) tell(error instanceof Error ? error.message : String(error));
      }
    };
    void read();
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [event, tell]);
  return frames;
}
