import { useMemo, useState } from 'preact/hooks';
import type { StoreState } from '../../../../src/topics/store-state.ts';
import type { StoredAlarm, StoredEvent, StoredPerson } from '../../../../src/topics/stored.ts';
import { noFilter, queryOf } from '../../stored/event-filter.ts';
import { personOfAddress } from '../../stored/use-place.ts';
import { useStoredList } from '../../stored/use-stored-list.ts';
import { AlarmList, alarmKey } from './alarm-list.tsx';
import { EventList, eventKey } from './event-list.tsx';
import { mainTypes } from './event-words.ts';
import { FilterBar } from './filter-bar.tsx';
import { personKey } from './people-view.tsx';
import { StoreLine } from './store-line.tsx';

/** Which alarms, as the server is asked. */
const alarmChoices = [
  ['', 'All alarms'],
  ['&acknowledged=false', 'Open'],
  ['&acknowledged=true', 'Seen to'],
  ['&severity=critical', 'Critical'],
  ['&severity=warning', 'Warnings'],
] as const;

/** All alarms and events, as far as they are looked for. */
export function EventsView({ store, cameras }: { store: StoreState; cameras: readonly string[] }) {
  const [filter, setFilter] = useState({ ...noFilter, person: personOfAddress() });
  const [type, setType] = useState('');
  const [which, setWhich] = useState('');
  const query = useMemo(() => queryOf(filter, Date.now()), [filter]);
  const path = `./api/events?limit=36&type=${type === '' ? mainTypes.join(',') : type}${query}`;
  const events = useStoredList<StoredEvent>(path, eventKey, store.revision);
  const alarms = useStoredList<StoredAlarm>(`./api/alarms?limit=12${query}${which}`, alarmKey, store.revision);
  const people = useStoredList<StoredPerson>('./api/people?enrolled=true&limit=200', personKey, store.revision);
  const isSearch = query !== '' || type !== '';
  return (
    <>
      <StoreLine store={store} problem={events.problem} />
      <FilterBar
        filter={filter}
        type={type}
        cameras={cameras}
        people={people.items ?? []}
        onFilter={setFilter}
        onType={setType}
      />
      <AlarmList
        alarms={alarms}
        revision={store.revision}
        choice={{ value: which, options: alarmChoices, onChange: setWhich }}
      />
      <section class="stored" aria-label="Events">
        <h2>Events</h2>
        {!events.items && !events.problem && <p class="store-line">Reading…</p>}
        {events.items?.length === 0 && (
          <p class="store-line">
            {isSearch ? 'Nothing that was looked for.' : 'Nothing yet. What people in the pictures do appears here.'}
          </p>
        )}
        <EventList events={events} label="Events" revision={store.revision} />
        {events.hasOlder && (
          <button type="button" class="text-button" onClick={events.older}>
            Older events
          </button>
        )}
      </section>
    </>
  );
}
