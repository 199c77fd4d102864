import type { ComponentProps } from 'preact';
import { useState } from 'preact/hooks';
import type { StoredAlarm } from '../../../../src/topics/stored.ts';
import { sendJson } from '../../stored/stored-api.ts';
import type { StoredList } from '../../stored/use-stored-list.ts';
import { AlarmCard } from './alarm-card.tsx';
import { AlarmDetail } from './alarm-detail.tsx';
import { Choice } from './choice.tsx';

export const alarmKey = ({ alarm }: StoredAlarm): string => alarm.id;

interface AlarmListProps {
  alarms: StoredList<StoredAlarm>;
  /** Of the store. */
  revision: number;
  /** Which of them are shown. */
  choice: Omit<ComponentProps<typeof Choice>, 'label'>;
}

/** Alarms, newest first; who sees to one says so here. */
export function AlarmList({ alarms, revision, choice }: AlarmListProps) {
  const [open, setOpen] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const acknowledge = (id: string) => {
    sendJson('POST', `./api/alarms/${encodeURIComponent(id)}/acknowledge`, { by: 'the page' })
      .then(() => setProblem(undefined))
      .catch((error: Error) => setProblem(error.message));
  };
  const opened = alarms.items?.find((each) => alarmKey(each) === open);
  const isEmpty = alarms.items?.length === 0;
  if (!alarms.items || (isEmpty && choice.value === '')) return null;
  return (
    <section class="stored" aria-label="Alarms">
      <header class="stored-head">
        <h2>Alarms</h2>
        <Choice label="Show" {...choice} />
      </header>
      {isEmpty && <p class="store-line">No such alarm.</p>}
      {problem !== undefined && (
        <p role="alert" data-tone="bad" class="store-line">
          {problem}
        </p>
      )}
      <ul class="cards" aria-busy={alarms.isLoading}>
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
      {opened && <AlarmDetail stored={opened} revision={revision} onClose={() => setOpen(undefined)} />}
    </section>
  );
}
