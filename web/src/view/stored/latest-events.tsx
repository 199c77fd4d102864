import type { StoreState } from '../../../../src/topics/store-state.ts';
import type { StoredEvent } from '../../../../src/topics/stored.ts';
import { useStoredList } from '../../stored/use-stored-list.ts';
import { EventList, eventKey } from './event-list.tsx';
import { mainTypes } from './event-words.ts';

const shown = 6;
const path = `./api/events?limit=${shown}&type=${mainTypes.join(',')}`;

/** What has happened last, below the cameras. */
export function LatestEvents({ store }: { store: StoreState }) {
  const events = useStoredList<StoredEvent>(path, eventKey, store.revision);
  if (!events.items || events.items.length === 0) return null;
  return (
    <section class="stored latest" aria-label="Latest events">
      <header class="stored-head">
        <h2>Latest events</h2>
        <a href="#events">All events</a>
      </header>
      <EventList
        events={{ ...events, items: events.items.slice(0, shown) }}
        label="Latest events"
        revision={store.revision}
      />
    </section>
  );
}
