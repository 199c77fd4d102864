import type { Rule } from '../../src/rules/rule.ts';
import type { TrackEvent } from '../../src/topics/event-schema.ts';

const common = { cooldownMs: 0, severity: 'warning', notify: ['phone'], escalations: [] } as const;
/** Every third person, and whoever stays; the one that stays is escalated at once. */
export const testRules: readonly Rule[] = [
  { ...common, name: 'third', what: ['track-began'], count: { atLeast: 3, withinMs: 3_600_000 } },
  {
    ...common,
    name: 'stays',
    what: ['zone-entered'],
    durationMs: 5000,
    escalations: [{ afterMs: 100, severity: 'critical', notify: ['pager'] }],
  },
];

export const session = '20260314T101112.131Z-0a1b';

/** @param second by the camera's clock */
export function exampleEvent(camera: string, type: TrackEvent['type'], track: number, second: number): TrackEvent {
  const id = `${camera}/${session}/${track}.0`;
  return {
    id: `${id}/${type}/${second}`,
    ...{ type, camera, session, detector: 'people@1', track: id, number: track, label: 'person' },
    ...{ frame: second, ptsUs: second * 1e6, atUs: second * 1e6, score: 0.8, durationMs: 0 },
    ...{ box: { x: 1, y: 2, width: 3, height: 4 }, evidence: [`${camera}/${session}/${second}`] },
    ...(type === 'zone-entered' ? { zone: 'door' } : {}),
  };
}
