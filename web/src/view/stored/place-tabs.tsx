import type { StoreState } from '../../../../src/topics/store-state.ts';
import type { StoredAlarm } from '../../../../src/topics/stored.ts';
import { type Place, places } from '../../stored/use-place.ts';
import { useStoredList } from '../../stored/use-stored-list.ts';
import { alarmKey } from './alarm-list.tsx';

const most = 99;
const words: Record<Place, string> = { live: 'Live', events: 'Events', people: 'People' };

/** Where to look; alarms that nobody has seen to are counted. */
export function PlaceTabs({ store, place }: { store: StoreState; place: Place }) {
  const { items = [] } = useStoredList<StoredAlarm>(
    `./api/alarms?acknowledged=false&limit=${most}`,
    alarmKey,
    store.revision,
  );
  const open = items.length >= most ? `${most}+` : String(items.length);
  return (
    <nav class="places" aria-label="Views">
      {places.map((each) => (
        <a key={each} href={`#${each}`} aria-current={each === place ? 'page' : undefined}>
          {words[each]}
          {each === 'events' && items.length > 0 && (
            <span class="badge" title="Alarms that nobody has seen to">
              {open}
              <span class="for-readers"> open alarms</span>
            </span>
          )}
        </a>
      ))}
    </nav>
  );
}
