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

function placeOfAddress(): Place {
  return places.find((each) => `#${each}` === window.location.hash) ?? 'live';
}
