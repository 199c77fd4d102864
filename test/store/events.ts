import { encodeEvent } from '../../src/topics/event-record.ts';
import type { TrackEvent } from '../../src/topics/event-schema.ts';
import type { FakeLog } from '../serve/fake-log.ts';

export const session = '20260314T101112.131Z-0a1b';
const startUs = 1_773_482_000_000_000;

/** The n-th event of a camera: tracks of three events each, a tenth of a second apart. */
export function event(n: number, change: Partial<TrackEvent> = {}): TrackEvent {
  const camera = change.camera ?? 'yard';
  const first = n - (n % 3);
  const type = (['track-began', 'zone-entered', 'track-ended'] as const)[n % 3] ?? 'track-began';
  const track = `${camera}/${session}/${first}.0`;
  return {
    id: `${track}/${type}/${n}`,
    type,
    camera,
    session,
    detector: 'people@1',
    track,
    number: first / 3 + 1,
    label: 'person',
    frame: n,
    ptsUs: n * 100_000,
    atUs: startUs + n * 100_000,
    box: { x: 10, y: 20, width: 30, height: 60 },
    score: 0.9,
    evidence: [`${camera}/${session}/${n}`],
    durationMs: (n - first) * 100,
    ...(type === 'zone-entered' ? { zone: 'door', inside: 1 } : {}),
    ...change,
  };
}

/** A fight that is suspected over some frames. */
export function suspicion(evidence: string[], evidenceRefs: string[]): TrackEvent {
  const [camera = '', of = ''] = evidence.at(-1)?.split('/') ?? [];
  const frame = Number(evidence.at(-1)?.split('/')[2]);
  const box = { x: 20, y: 40, width: 60, height: 100 };
  return event(0, {
    id: `${camera}/${of}/0.0/threat-suspected/${frame}/people@1/fight`,
    type: 'threat-suspected',
    camera,
    session: of,
    number: 0,
    frame,
    ptsUs: frame * 100_000,
    box,
    evidence,
    evidenceRefs,
    threat: 'fight',
    score: 0.91,
    suspicion: {
      isHeuristic: false,
      why: ['motion.p90 2.50'],
      people: [{ track: `${camera}/${of}/0.0`, box }],
      reasons: [
        { feature: 'motion.p90', value: 2.5, says: 1.8 },
        { feature: 'pair.gap.min', value: 0.4, says: -0.6 },
      ],
      threshold: 0.84,
      curve: [0.2, 0.5, 0.91].map((score, index) => ({ ptsUs: (frame - 2 + index) * 100_000, score })),
    },
  });
}

export function write(log: FakeLog, events: readonly TrackEvent[]): void {
  for (const each of events) log.append(encodeEvent(each), each.atUs / 1000);
}

export function range(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}
