import type { StoredEvent } from '../../../../src/topics/stored.ts';
import { formatLatency } from '../format.ts';
import { DetailDialog, Facts } from './detail-dialog.tsx';
import { pictureOfEvent } from './event-card.tsx';
import { describeEvent } from './event-words.ts';
import { EvidencePicture } from './evidence-picture.tsx';
import { MomentView } from './moment/moment-view.tsx';

interface EventDetailProps {
  stored: StoredEvent;
  /** Of the store. */
  revision: number;
  onClose: () => void;
}

/** One event with all that it rests on. */
export function EventDetail({ stored, revision, onClose }: EventDetailProps) {
  const { event, picture } = stored;
  const title = describeEvent(stored);
  return (
    <DetailDialog title={title} onClose={onClose}>
      {event.threat === undefined ? (
        <EvidencePicture
          src={pictureOfEvent(event.id)}
          state={picture}
          alt={`${title}, ${event.camera}`}
          box={event.box}
          face={event.face && { box: event.face.box, alt: 'The face' }}
        />
      ) : (
        <MomentView event={event.id} revision={revision} />
      )}
      <Facts facts={factsOf(stored)} />
    </DetailDialog>
  );
}

function factsOf({ event, storedAtUs, person }: StoredEvent): [string, string][] {
  const { camera, atUs, frame, detector, track, score, durationMs, dwellMs, inside, counts, face } = event;
  return [
    ['Camera', camera],
    ['When', new Date(atUs / 1000).toLocaleString()],
    ['Frame', String(frame)],
    ['Track', track],
    event.threat === undefined ? ['Seen by', `${detector}, ${Math.round(score * 100)} %`] : ['Joints by', detector],
    ...(durationMs > 0 ? [['On the track', formatLatency(durationMs)] as [string, string]] : []),
    ...(dwellMs === undefined ? [] : [['In the zone', formatLatency(dwellMs)] as [string, string]]),
    ...(inside === undefined ? [] : [['In the zone now', String(inside)] as [string, string]]),
    ...(counts === undefined ? [] : [['Counted', `${counts.in} in, ${counts.out} out`] as [string, string]]),
    ...(person === undefined ? [] : [['Person', person.name ?? person.id] as [string, string]]),
    ...(face === undefined ? [] : [['Face', faceText(face)] as [string, string]]),
    ...lateText(event),
    ['Stored', `${formatLatency((storedAtUs - atUs) / 1000)} after the capture`],
  ];
}

function lateText({ suspicion }: StoredEvent['event']): [string, string][] {
  const { lateMs } = suspicion ?? {};
  return lateMs === undefined ? [] : [['Late', `found ${formatLatency(lateMs)} after the capture`]];
}

function faceText({ agreeing, sightings, distance, threshold }: NonNullable<StoredEvent['event']['face']>): string {
  const near =
    distance === undefined ? '' : `, distance ${distance.toFixed(2)} (the same person up to ${threshold.toFixed(2)})`;
  return `${agreeing} of ${sightings} sightings agree${near}`;
}
