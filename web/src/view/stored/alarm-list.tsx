import { useState } from 'preact/hooks';
import type { StoredAlarm } from '../../../../src/topics/stored.ts';
import { sendJson } from '../../stored/stored-api.ts';
import type { StoredList } from '../../stored/use-stored-list.ts';
import { AlarmCard } from './alarm-card.tsx';
import { AlarmDetail } from './alarm-detail.tsx';

export const alarmKey = ({ alarm }: StoredAlarm): string => alarm.id;

/** Alarms, newest first; who sees to one says so here. */
export function AlarmList({ alarms }: { alarms: StoredList<StoredAlarm> }) {
  const [open, setOpen] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const acknowledge = (id: string) => {
    sendJson('POST', `./api/alarms/${encodeURIComponent(id)}/acknowledge`, { by: 'the page' })
      .then(() => setProblem(undefined))
      .catch((error: Error) => setProblem(error.message));
  };
  const opened = alarms.items?.find((each) => alarmKey(each) === open);
  if (!alarms.items || alarms.items.length === 0) return null;
  return (
    <section class="stored" aria-label="Alarms">
      <h2>Alarms</h2>
      {problem !== undefined && (
        <p role="alert" data-tone="bad" class="store-line">
          {problem}
        </p>
      )}
      <ul class="cards">
        {alarms.items.map((each) => (
          <AlarmCard
            key={alarmKey(each)}
            stored={each}
            onOpen={() => setOpen(alarmKey(each))}
            onAcknowledge={() => acknowledge(alarmKey(each))}
          />
        ))}
      </ul>
      {alarms.hasOlder && (
        <button type="button" class="text-button" onClick={alarms.older}>
          Older alarms
        </button>
      )}
      {opened && <AlarmDetail stored={opened} onClose={() => setOpen(undefined)} />}
    </section>
  );
}
