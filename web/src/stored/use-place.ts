import { useEffect, useState } from 'preact/hooks';

export const places = ['live', 'events', 'people'] as const;
export type Place = (typeof places)[number];

/** Which part of the page is looked at; the address says so, and Back leads back. */
export function usePlace(): Place {
  const [place, setPlace] = useState(placeOfAddress);
  useEffect(() => {
    const follow = () => setPlace(placeOfAddress());
    window.addEventListener('hashchange', follow);
    return () => window.removeEventListener('hashchange', follow);
  }, []);
  return place;
}

/** Where the events of somebody are. */
export function addressOfEvents(person: string): string {
  return `#events?person=${encodeURIComponent(person)}`;
}

/** Whose events the address asks for; empty: anybody's. */
export function personOfAddress(): string {
  const [, query = ''] = window.location.hash.split('?');
  return new URLSearchParams(query).get('person') ?? '';
}

function placeOfAddress(): Place {
  const [name] = window.location.hash.split('?');
  return places.find((each) => `#${each}` === name) ?? 'live';
}
