import type { Box } from '../../topics/result-record.ts';
import type { SeenMoment } from '../window/moment.ts';

/** The heuristics, by the names under which each is switched on. */
export const ruleNames = ['fall', 'running', 'loitering', 'crowding', 'object-left'] as const;
export type RuleName = (typeof ruleNames)[number];

/** Something a rule noticed. */
export interface Suspicion {
  kind: RuleName;
  /** How far beyond its limits it was, 0.5 at the limit to 1: a heuristic's measure, no chance. */
  score: number;
  why: string;
  /** Tracks of the people it is about. */
  tracks: readonly string[];
  /** What else it is about, boxes in frame pixels. */
  things?: readonly { track: string; label: string; box: Box }[];
}

/** Looks at one moment after the other of one camera. Pure; times are stream times. */
export interface MomentRule {
  see(moment: SeenMoment): Suspicion[];
  /** What it remembers, JSON: a rule of the same kind that is made with it goes on. */
  state(): unknown;
}

/** Where each rule draws its line. */
export const ruleLimits = {
  /** Torso upright below, lying above: radians from the vertical; and for how long. */
  fall: { upright: 0.45, lying: 1.05, upMs: 300, downMs: 700, withinMs: 3000 },
  /** Heights of the person a second, over so long. */
  running: { heightsPerSecond: 1.6, overMs: 800 },
  /** Stays within so many heights of where it was, for so long. */
  loitering: { heights: 1.5, forMs: 60_000 },
  /** So many people, each within a height of another, for so long. */
  crowding: { people: 5, heights: 1, forMs: 3000 },
  /**
   * A thing in one place for so long, nobody within so many of their heights of it for so long; somebody was within so long after it
   * came. It is the same while its boxes overlap so much, forgotten when it was not seen for so long, and seen in this share of moments.
   */
  'object-left': {
    ...{ forMs: 30_000, aloneMs: 20_000, heights: 1, broughtMs: 5000 },
    ...{ sameOverlap: 0.4, forgetMs: 10_000, seenShare: 0.5 },
  },
} as const;

/** The same is not said again of the same person for so long. */
export const quietMs = 15_000;

/** 0.5 at the limit, 1 at twice the limit. */
export function beyond(value: number, limit: number): number {
  return Math.round(100 * Math.max(0.5, Math.min(1, value / limit / 2))) / 100;
}
