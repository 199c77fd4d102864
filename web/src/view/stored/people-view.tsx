import type { StoreState } from '../../../../src/topics/store-state.ts';
import type { StoredPerson } from '../../../../src/topics/stored.ts';
import { useStoredList } from '../../stored/use-stored-list.ts';
import { EnrollForm } from './enroll-form.tsx';
import { PersonCard } from './person-card.tsx';
import { StoreLine } from './store-line.tsx';

export const personKey = ({ person }: StoredPerson): string => person;

/** The gallery: who is known, and who is told from others by the face alone. */
export function PeopleView({ store }: { store: StoreState }) {
  const known = useStoredList<StoredPerson>('./api/people?enrolled=true&limit=60', personKey, store.revision);
  const unknown = useStoredList<StoredPerson>('./api/people?enrolled=false&limit=24', personKey, store.revision);
  return (
    <>
      <StoreLine store={store} problem={known.problem} />
      <EnrollForm />
      <Gallery
        title="Known"
        empty="Nobody yet. Name an unknown person, or enrol somebody with photos."
        people={known}
      />
      <Gallery
        title="Unknown"
        empty="Nobody yet. Unknown people appear here once faces are looked for."
        people={unknown}
      />
    </>
  );
}

interface GalleryProps {
  title: string;
  empty: string;
  people: ReturnType<typeof useStoredList<StoredPerson>>;
}

function Gallery({ title, empty, people }: GalleryProps) {
  return (
    <section class="stored" aria-label={title}>
      <h2>{title}</h2>
      {people.items?.length === 0 && <p class="store-line">{empty}</p>}
      <ul class="cards">
        {people.items?.map((person) => (
          <PersonCard key={person.person} person={person} />
        ))}
      </ul>
      {people.hasOlder && (
        <button type="button" class="text-button" onClick={people.older}>
          More
        </button>
      )}
    </section>
  );
}
