import { useEffect, useMemo, useState } from 'preact/hooks';
import type { StoredEvent, StoredMoment } from '../../../../../src/topics/stored.ts';
import { evenly, framesOf, type MomentFrame } from '../../../stored/moment-frames.ts';
import { pathOfEvent, useMoment } from '../../../stored/use-moment.ts';
import { MarkButtons } from './mark-buttons.tsx';
import { MomentPicture } from './moment-picture.tsx';
import { Reasons } from './reasons.tsx';
import { ScoreCurve } from './score-curve.tsx';

const stripFrames = 7;

/** A suspicion to be judged by somebody: its frames with people and joints, how the score rose, why, and whether it was right. */
export function MomentView({ event, revision }: { event: string; revision: number }) {
  const { stored, frames, problem } = useMoment(event, revision);
  return (
    <>
      {problem !== undefined && (
        <p role="alert" data-tone="bad" class="store-line">
          {problem}
        </p>
      )}
      {stored && frames ? (
        <Moment stored={stored} frames={frames} />
      ) : (
        <div class="evidence evidence-missing">{problem === undefined ? 'One moment…' : 'nothing to show'}</div>
      )}
    </>
  );
}

function Moment({ stored, frames }: { stored: StoredEvent; frames: StoredMoment['frames'] }) {
  const shown = useMemo(() => framesOf({ frames }), [frames]);
  const film = useFilm(shown);
  const { suspicion, ptsUs } = stored.event;
  const seconds = shown[film.at]?.seconds ?? 0;
  const points = (suspicion?.curve ?? []).map((each) => ({ seconds: (each.ptsUs - ptsUs) / 1e6, score: each.score }));
  return (
    <div class="moment">
      <Film event={stored.event.id} frames={frames} shown={shown} film={film} />
      <MarkButtons stored={stored} />
      {points.length > 0 && (
        <section aria-label="Score">
          <h3>Score</h3>
          <ScoreCurve points={points} threshold={suspicion?.threshold} atSeconds={seconds} />
        </section>
      )}
      {suspicion && <Reasons suspicion={suspicion} />}
    </div>
  );
}

interface FilmState {
  at: number;
  isPlaying: boolean;
  go: (at: number) => void;
  togglePlay: () => void;
}

interface FilmProps {
  event: string;
  frames: StoredMoment['frames'];
  shown: readonly MomentFrame[];
  film: FilmState;
}

function Film({ event, frames, shown, film: { at, isPlaying, go, togglePlay } }: FilmProps) {
  const current = shown[at];
  const pathOf = ({ frame }: MomentFrame) => `${pathOfEvent(event)}/picture?frame=${encodeURIComponent(frame)}`;
  if (!current) return <div class="evidence evidence-missing">{missingWords(frames)}</div>;
  return (
    <div class="film">
      <MomentPicture src={pathOf(current)} shown={current} alt={`Frame ${current.frame}`} />
      <div class="film-bar">
        <button type="button" class="text-button" onClick={togglePlay}>
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <input
          type="range"
          min="0"
          max={shown.length - 1}
          value={at}
          aria-label="Frame"
          aria-valuetext={`${at + 1} of ${shown.length}`}
          onInput={({ currentTarget }) => go(Number(currentTarget.value))}
        />
        <output>{`${current.seconds.toFixed(1)} s`.replace('-', '−')}</output>
      </div>
      <ol class="strip" aria-label="Frames">
        {evenly(shown.length, stripFrames).flatMap((index) => {
          const frame = shown[index];
          if (!frame) return [];
          return [
            <li key={frame.frame}>
              <button
                type="button"
                aria-current={index === at}
                aria-label={`Frame ${index + 1} of ${shown.length}`}
                onClick={() => go(index)}
              >
                <img src={pathOf(frame)} alt="" width={frame.width} height={frame.height} />
              </button>
            </li>,
          ];
        })}
      </ol>
    </div>
  );
}

function missingWords(frames: StoredMoment['frames']): string {
  if (frames.some(({ picture }) => picture === 'wanted')) return 'its frames are being fetched';
  return frames.some(({ picture }) => picture === 'erased')
    ? 'its frames were erased'
    : 'its frames are not kept any more';
}

/** Plays at the speed at which it was filmed, over and over; begins at the last frame, in which it was told. */
function useFilm(shown: readonly MomentFrame[]): FilmState {
  const [at, setAt] = useState<number | undefined>(undefined);
  const [isPlaying, setIsPlaying] = useState(false);
  const last = Math.max(0, shown.length - 1);
  const current = Math.min(at ?? last, last);
  useEffect(() => {
    if (!isPlaying || shown.length < 2) return;
    const next = current === last ? 0 : current + 1;
    const seconds = next === 0 ? 0.8 : (shown[next]?.seconds ?? 0) - (shown[current]?.seconds ?? 0);
    const timer = window.setTimeout(() => setAt(next), seconds * 1000);
    return () => window.clearTimeout(timer);
  }, [isPlaying, current, last, shown]);
  return {
    at: current,
    isPlaying,
    go(index) {
      setIsPlaying(false);
      setAt(index);
    },
    togglePlay: () => setIsPlaying((playing) => !playing),
  };
}
