import type { StoredEvent } from '../../../../src/topics/stored.ts';
import { formatTime } from '../format.ts';
import { describeEvent } from './event-words.ts';
import { EvidencePicture } from './evidence-picture.tsx';

export function pictureOfEvent(id: string): string {
  return `./api/events/${encodeURIComponent(id)}/picture`;
}

/** One event in a list. */
export function EventCard({ stored, onOpen }: { stored: StoredEvent; onOpen: () => void }) {
  const { event, picture } = stored;
  const text = describeEvent(stored);
  return (
    <li class="card">
      <button type="button" class="card-button" onClick={onOpen}>
        <EvidencePicture
          src={pictureOfEvent(event.id)}
          state={picture}
          alt=""
          box={event.box}
          face={event.face && { box: event.face.box, alt: '' }}
        />
        <span class="card-text">
          <b>{text}</b>
          <span class="card-about">
            {event.camera} ·{' '}
            <time dateTime={new Date(event.atUs / 1000).toISOString()}>{formatTime(event.atUs / 1000)}</time>
          </span>
        </span>
      </button>
    </li>
  );
}
