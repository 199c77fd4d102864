import type { StoredAlarm } from '../../../../src/topics/stored.ts';
import { formatTime } from '../format.ts';
import { EvidencePicture } from './evidence-picture.tsx';

export const severityTones = { info: 'quiet', warning: 'warning', critical: 'bad' } as const;

export function pictureOfAlarm({ alarm }: StoredAlarm, frame?: string): string {
  const which = frame === undefined ? '' : `?frame=${encodeURIComponent(frame)}`;
  return `./api/alarms/${encodeURIComponent(alarm.id)}/picture${which}`;
}

interface AlarmCardProps {
  stored: StoredAlarm;
  onOpen: () => void;
  onAcknowledge: () => void;
}

/** One alarm in a list. */
export function AlarmCard({ stored, onOpen, onAcknowledge }: AlarmCardProps) {
  const { alarm, picture, acknowledged } = stored;
  const box = alarm.evidence.findLast((each) => each.ref !== undefined)?.box;
  return (
    <li class="card alarm" data-tone={acknowledged ? 'quiet' : severityTones[alarm.severity]}>
      <button type="button" class="card-button" onClick={onOpen}>
        <EvidencePicture src={pictureOfAlarm(stored)} state={picture} alt="" box={box} />
        <span class="card-text">
          <b>{alarm.message}</b>
          <span class="card-about">
            <span class="severity">{alarm.severity}</span> · {alarm.camera} ·{' '}
            {formatTime(alarm.times.raisedAtUs / 1000)}
          </span>
        </span>
      </button>
      {acknowledged ? (
        <p class="card-foot">seen to by {acknowledged.by}</p>
      ) : (
        <button type="button" class="text-button" onClick={onAcknowledge} aria-label={`Acknowledge: ${alarm.message}`}>
          Acknowledge
        </button>
      )}
    </li>
  );
}
