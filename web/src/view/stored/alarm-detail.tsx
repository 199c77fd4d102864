import type { ComponentChildren } from 'preact';
import type { StoredAlarm } from '../../../../src/topics/stored.ts';
import { formatLatency } from '../format.ts';
import { pictureOfAlarm } from './alarm-card.tsx';
import { DetailDialog, Facts } from './detail-dialog.tsx';
import { EvidencePicture } from './evidence-picture.tsx';
import { MomentView } from './moment/moment-view.tsx';

interface AlarmDetailProps {
  stored: StoredAlarm;
  /** Of the store. */
  revision: number;
  onClose: () => void;
}

/** Why an alarm was raised: the rule, what it saw, and how long each step took. */
export function AlarmDetail({ stored, revision, onClose }: AlarmDetailProps) {
  const { alarm } = stored;
  const suspicion = alarm.what === 'threat-suspected' ? alarm.evidence.at(-1)?.event : undefined;
  return (
    <DetailDialog title={alarm.message} onClose={onClose}>
      {suspicion !== undefined ? <MomentView event={suspicion} revision={revision} /> : <Evidence stored={stored} />}
      <Facts facts={factsOf(stored)} />
    </DetailDialog>
  );
}

function Evidence({ stored }: { stored: StoredAlarm }) {
  const shown = stored.alarm.evidence.filter(({ ref }) => ref !== undefined);
  return (
    <div class="evidence-row">
      {shown.map(({ frame, box, event }) => (
        <EvidencePicture
          key={event + frame}
          src={pictureOfAlarm(stored, frame)}
          state={stored.picture}
          alt={`Frame ${frame}`}
          box={box}
        />
      ))}
    </div>
  );
}

function factsOf({ alarm, acknowledged, deliveries }: StoredAlarm): [string, ComponentChildren][] {
  const { times, rule, severity, what, zone, line, camera, level, late } = alarm;
  const after = (us: number | undefined) =>
    us === undefined ? '–' : `${formatLatency((us - times.capturedAtUs) / 1000)} after the capture`;
  return [
    ['Rule', rule],
    ['Because of', [what, zone, line].filter((each) => each !== undefined).join(' · ')],
    ['Severity', `${severity}${level > 0 ? `, escalated ${level}×` : ''}`],
    ['Camera', camera],
    [
      'Captured',
      `${new Date(times.capturedAtUs / 1000).toLocaleString()}${late ? ' (read late, behind a backlog)' : ''}`,
    ],
    ['Result', after(times.resultAtUs)],
    ['Event', after(times.eventAtUs)],
    ['Raised', after(times.raisedAtUs)],
    ['Delivered', deliveries.length === 0 ? 'to nobody but this page' : <Deliveries deliveries={deliveries} />],
    [
      'Seen to',
      acknowledged ? `${acknowledged.by}, ${new Date(acknowledged.atUs / 1000).toLocaleString()}` : 'by nobody yet',
    ],
    ...(acknowledged?.note ? [['Note', acknowledged.note] as [string, string]] : []),
  ];
}

function Deliveries({ deliveries }: Pick<StoredAlarm, 'deliveries'>) {
  return (
    <ul class="deliveries">
      {deliveries.map(({ id, notifier, outcome, attempts, detail, atUs, capturedAtUs }) => (
        <li key={id} data-tone={outcome === 'delivered' ? 'good' : outcome === 'failed' ? 'bad' : 'warning'}>
          {notifier}: {outcome} {formatLatency((atUs - capturedAtUs) / 1000)} after the capture
          {attempts > 1 && `, ${attempts} attempts`}
          {detail !== undefined && outcome !== 'delivered' && `: ${detail}`}
        </li>
      ))}
    </ul>
  );
}
