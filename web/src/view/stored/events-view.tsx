import { useState } from 'preact/hooks';
import type { StoreState } from '../../../../src/topics/store-state.ts';
import type { StoredAlarm, StoredEvent } from '../../../../src/topics/stored.ts';
import { useStoredList } from '../../stored/use-stored-list.ts';
import { AlarmList, alarmKey } from './alarm-list.tsx';
import { EventList, eventKey } from './event-list.tsx';
import { eventWords, mainTypes } from './event-words.ts';
import { StoreLine } from './store-line.tsx';

/** All alarms and events. */
export function EventsView({ store, cameras }: { store: StoreState; cameras: readonly string[] }) {
  const [camera, setCamera] = useState('');
  const [type, setType] = useState('');
  const of = camera === '' ? '' : `&camera=${encodeURIComponent(camera)}`;
  const path = `./api/events?limit=36&type=${type === '' ? mainTypes.join(',') : type}${of}`;
  const events = useStoredList<StoredEvent>(path, eventKey, store.revision);
  const alarms = useStoredList<StoredAlarm>(`./api/alarms?limit=12${of}`, alarmKey, store.revision);
  return (
    <>
      <StoreLine store={store} problem={events.problem} />
      <div class="filters">
        <Choice
          label="Camera"
          value={camera}
          onChange={setCamera}
          options={[['', 'All cameras'], ...cameras.map(same)]}
        />
        <Choice
          label="Kind"
          value={type}
          onChange={setType}
          options={[
            ['', 'All kinds'],
            ...Object.entries(eventWords),
            ['track-lost,track-found', 'lost and found again'],
          ]}
        />
      </div>
      <AlarmList alarms={alarms} />
      <section class="stored" aria-label="Events">
        <h2>Events</h2>
        {events.items?.length === 0 && (
          <p class="store-line">Nothing yet. What people in the pictures do appears here.</p>
        )}
        <EventList events={events} label="Events" />
        {events.hasOlder && (
          <button type="button" class="text-button" onClick={events.older}>
            Older events
          </button>
        )}
      </section>
    </>
  );
}

function same(text: string): [string, string] {
  return [text, text];
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
