import type { Page, StoredPerson } from '../../../../src/topics/stored.ts';
import { type EventFilter, noFilter, spans } from '../../stored/event-filter.ts';
import { Choice } from './choice.tsx';
import { eventWords } from './event-words.ts';

interface FilterBarProps {
  filter: EventFilter;
  type: string;
  cameras: readonly string[];
  people: Page<StoredPerson>['items'];
  onFilter: (filter: EventFilter) => void;
  onType: (type: string) => void;
}

const kinds = [
  ['', 'All kinds'],
  ...Object.entries(eventWords),
  ['track-lost,track-found', 'lost and found again'],
] as const;

/** Which events and alarms are looked for. */
export function FilterBar({ filter, type, cameras, people, onFilter, onType }: FilterBarProps) {
  const set = (change: Partial<EventFilter>) => onFilter({ ...filter, ...change });
  const isSet = type !== '' || Object.values(filter).some((value) => value !== '');
  return (
    <search class="filters">
      <Choice
        label="Camera"
        value={filter.camera}
        onChange={(camera) => set({ camera })}
        options={[['', 'All cameras'], ...cameras.map(same)]}
      />
      <Choice label="Kind" value={type} onChange={onType} options={kinds} />
      {(people.length > 0 || filter.person !== '') && (
        <Choice
          label="Person"
          value={filter.person}
          onChange={(person) => set({ person })}
          options={peopleOptions(people, filter.person)}
        />
      )}
      <Choice label="When" value={filter.span} onChange={(span) => set({ span })} options={spans} />
      {filter.span === 'chosen' && (
        <>
          <Time label="From" value={filter.from} onChange={(from) => set({ from })} />
          <Time label="To" value={filter.to} onChange={(to) => set({ to })} />
        </>
      )}
      {isSet && (
        <button
          type="button"
          class="link-button"
          onClick={() => {
            onFilter(noFilter);
            onType('');
          }}
        >
          Clear
        </button>
      )}
    </search>
  );
}

function Time({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label class="filter">
      <span>{label}</span>
      <input type="datetime-local" value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)} />
    </label>
  );
}

/** Those who have a name, and who is looked for without one. */
function peopleOptions(people: FilterBarProps['people'], wanted: string): [value: string, text: string][] {
  const named = people.map(({ person, name }): [string, string] => [person, name ?? person]);
  const isThere = wanted === '' || named.some(([person]) => person === wanted);
  return [['', 'Anybody'], ...named, ...(isThere ? [] : [same(wanted)])];
}

function same(text: string): [string, string] {
  return [text, text];
}
