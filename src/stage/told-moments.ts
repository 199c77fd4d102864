import type { TrackEvent } from '../topics/event-schema.ts';

/** Somebody told of a moment, others may tell of it too. */
interface ToldMoment {
  session: string;
  threat: string;
  atUs: number;
  /** Ids of the events that tell of it, by who told; the first one is the moment's. */
  events: Record<string, string>;
}

/** JSON. */
export type ToldMomentsState = ToldMoment[];

/** Episodes of one teller are farther apart than this. */
const sameMomentUs = 4_000_000;
/** Whoever is late by more moments than this tells of them again. */
const keptMoments = 200;

/** Of a suspicion: its first telling, the same event once more, or the same moment found by another. */
export type Telling = 'first' | 'again' | 'other';

type Suspicion = Pick<TrackEvent, 'id' | 'session' | 'detector' | 'atUs' | 'suspicion'> & { threat?: string };

/**
 * What was suspected of one camera, so that a moment which the urgent and the complete way through the results both find, or
 * two detectors, is one moment. Their events need not be alike: a window that began later may be full a frame later. Two of
 * one teller are never the same moment. Pure.
 */
export class ToldMoments {
  readonly #moments: ToldMoment[];

  constructor(state: ToldMomentsState = []) {
    this.#moments = structuredClone(state);
  }

  state(): ToldMomentsState {
    return this.#moments;
  }

  tell({ id, session, detector, threat = '', atUs, suspicion }: Suspicion): Telling {
    const teller = `${detector}/${suspicion?.speed ?? ''}`;
    const told = this.#moments.find(({ events }) => events[teller] === id);
    if (told) return Object.values(told.events)[0] === id ? 'again' : 'other';
    const same = this.#moments
      .filter((each) => each.session === session && each.threat === threat && !(teller in each.events))
      .map((moment) => ({ moment, apartUs: Math.abs(moment.atUs - atUs) }))
      .filter(({ apartUs }) => apartUs <= sameMomentUs)
      .sort((a, b) => a.apartUs - b.apartUs)[0]?.moment;
    if (same) {
      same.events[teller] = id;
      return 'other';
    }
    this.#moments.push({ session, threat, atUs, events: { [teller]: id } });
    if (this.#moments.length > keptMoments) this.#moments.shift();
    return 'first';
  }
}
