import type { Box } from '../../src/topics/result-record.ts';
import { assign } from '../../src/track/assign.ts';
import { overlap } from '../../src/track/overlap.ts';

/** Who is where in one frame: by a person's name in the labels, by a track's number in what is judged. */
export type Placed = ReadonlyMap<string, Box>;

export interface IdentityScores {
  /** 2 × right ÷ (labelled + found), with each person paired with the one track that fits best over all frames. */
  idf1: number;
  /** How often a person is followed by another track than before. */
  switches: number;
  labelled: number;
  found: number;
  /** Labelled boxes that a track covers, whichever: what is left of it in `idf1` is lost by mixing people up, the rest by not seeing them. */
  covered: number;
  /** What `idf1` would be if nobody had been mixed up. */
  idf1IfNeverMixed: number;
}

const leastOverlap = 0.5;

/** IDF1 (Ristani et al. 2016) and identity switches (CLEAR MOT) over the labelled frames. */
export function scoreIdentities(labels: readonly Placed[], tracks: readonly Placed[]): IdentityScores {
  const labelled = sum(labels.map((each) => each.size));
  const found = sum(tracks.map((each) => each.size));
  const right = bestTogether(labels, tracks);
  const covered = sum(labels.map((frame, index) => pairsIn(frame, tracks[index] ?? new Map(), new Map()).length));
  const f1 = (boxes: number) => (2 * boxes) / (labelled + found);
  const switches = countSwitches(labels, tracks);
  return { idf1: f1(right), switches, labelled, found, covered, idf1IfNeverMixed: f1(covered) };
}

function bestTogether(labels: readonly Placed[], tracks: readonly Placed[]): number {
  const people = namesOf(labels);
  const numbers = namesOf(tracks);
  const together = people.map((person) =>
    numbers.map((number) =>
      sum(labels.map((frame, index) => (covers(frame.get(person), tracks[index]?.get(number)) ? 1 : 0))),
    ),
  );
  const most = labels.length + 1;
  const costs = together.map((row) => row.map((count) => most - count));
  return sum(assign(costs, most).map(([person, number]) => together[person]?.[number] ?? 0));
}

function countSwitches(labels: readonly Placed[], tracks: readonly Placed[]): number {
  const followedBy = new Map<string, string>();
  let switches = 0;
  for (const [index, frame] of labels.entries()) {
    const placed = tracks[index] ?? new Map<string, Box>();
    for (const [person, number] of pairsIn(frame, placed, followedBy)) {
      const before = followedBy.get(person);
      if (before !== undefined && before !== number) switches++;
      followedBy.set(person, number);
    }
  }
  return switches;
}

/** A person stays with the track that followed it as long as that covers it; the others are paired by overlap. */
function pairsIn(labels: Placed, tracks: Placed, followedBy: ReadonlyMap<string, string>): [string, string][] {
  const kept = [...labels].flatMap(([person, box]): [string, string][] => {
    const number = followedBy.get(person);
    return number !== undefined && covers(box, tracks.get(number)) ? [[person, number]] : [];
  });
  const [usedPeople, usedTracks] = [new Set(kept.map(([person]) => person)), new Set(kept.map(([, number]) => number))];
  const people = [...labels].filter(([person]) => !usedPeople.has(person));
  const numbers = [...tracks].filter(([number]) => !usedTracks.has(number));
  const costs = people.map(([, box]) => numbers.map(([, other]) => 1 - overlap(box, other)));
  const more = assign(costs, 1 - leastOverlap).flatMap(([row, column]): [string, string][] => {
    const [person, number] = [people[row]?.[0], numbers[column]?.[0]];
    return person !== undefined && number !== undefined ? [[person, number]] : [];
  });
  return [...kept, ...more];
}

function covers(a: Box | undefined, b: Box | undefined): boolean {
  return a !== undefined && b !== undefined && overlap(a, b) >= leastOverlap;
}

function namesOf(frames: readonly Placed[]): string[] {
  return [...new Set(frames.flatMap((frame) => [...frame.keys()]))];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
