import { useState } from 'preact/hooks';
import type { StoredEvent } from '../../../../src/topics/stored.ts';
import type { StoredList } from '../../stored/use-stored-list.ts';
import { EventCard } from './event-card.tsx';
import { EventDetail } from './event-detail.tsx';

export const eventKey = ({ event }: StoredEvent): string => event.id;

interface EventListProps {
  events: StoredList<StoredEvent>;
  label: string;
  /** Of the store. */
  revision: number;
}

/** Events, newest first. */
export function EventList({ events, label, revision }: EventListProps) {
  const [open, setOpen] = useState<StoredEvent | undefined>(undefined);
  return (
    <>
      <ul class="cards" aria-label={label} aria-busy={events.isLoading}>
        {events.items?.map((each) => (
          <EventCard key={eventKey(each)} stored={each} onOpen={() => setOpen(each)} />
        ))}
      </ul>
      {open && <EventDetail stored={open} revision={revision} onClose={() => setOpen(undefined)} />}
    </>
  );
}
