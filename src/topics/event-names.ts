// Apart from the schemas: who only needs the words need not load what builds those, which takes a tenth of a second.

export const eventTypes = [
  'track-began',
  'track-lost',
  'track-found',
  'track-ended',
  'zone-entered',
  'zone-left',
  'line-crossed',
  'face-known',
  'face-unknown',
  'threat-suspected',
] as const;
export type EventType = (typeof eventTypes)[number];

/** What a `threat-suspected` suspects; all but the fight are heuristics. */
export const threatKinds = ['fight', 'fall', 'running', 'loitering', 'crowding', 'object-left'] as const;
export type ThreatKind = (typeof threatKinds)[number];

/** Results are judged twice: at once, old ones left out; and each of them, in the order of frames. */
export const suspicionSpeeds = ['urgent', 'complete'] as const;
export type SuspicionSpeed = (typeof suspicionSpeeds)[number];
