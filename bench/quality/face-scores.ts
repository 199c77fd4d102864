import type { LabelledFace } from './face-photos.ts';

export interface Pairs {
  /** Distances between faces of one person, of different shots. */
  genuine: number[];
  /** Distances between faces of different people. */
  impostor: number[];
}

export function distance(a: Float32Array, b: Float32Array): number {
  let squares = 0;
  for (const [at, value] of a.entries()) squares += (value - (b[at] ?? 0)) ** 2;
  return Math.sqrt(squares);
}

/** All pairs of which is known whether they are of one person. */
export function pairsOf(faces: readonly LabelledFace[]): Pairs {
  const pairs: Pairs = { genuine: [], impostor: [] };
  for (const [index, a] of faces.entries()) {
    for (const b of faces.slice(0, index)) {
      const isSame = a.name !== undefined && a.name === b.name;
      const isKnown = a.name !== undefined || b.name !== undefined || a.shot === b.shot;
      if (isSame && a.shot !== b.shot) pairs.genuine.push(distance(a.embedding, b.embedding));
      if (!isSame && isKnown) pairs.impostor.push(distance(a.embedding, b.embedding));
    }
  }
  return pairs;
}

export function shareUpTo(distances: readonly number[], threshold: number): number {
  return distances.filter((each) => each <= threshold).length / distances.length;
}

/** The error at the threshold at which as many genuine pairs are refused as impostors accepted, both in shares. */
export function equalErrorRate(pairs: Pairs): { rate: number; threshold: number } {
  const candidates = [...pairs.genuine, ...pairs.impostor].toSorted((a, b) => a - b);
  let best = { rate: 1, threshold: 0 };
  for (const threshold of candidates) {
    const errors = [1 - shareUpTo(pairs.genuine, threshold), shareUpTo(pairs.impostor, threshold)];
    if (Math.max(...errors) < best.rate) best = { rate: Math.max(...errors), threshold };
  }
  return best;
}

/** Share of genuine pairs that are accepted where a share of the impostors is. */
export function trueAccepts({ genuine, impostor }: Pairs, falseAccepts: number): number {
  const sorted = impostor.toSorted((a, b) => a - b);
  const threshold = sorted[Math.floor(falseAccepts * sorted.length)] ?? 0;
  return genuine.filter((each) => each < threshold).length / genuine.length;
}

export interface Naming {
  right: number;
  wrong: number;
  unnamed: number;
}

/**
 * Enrols two shots of each person who has three and looks at all that is left, once for each beginning of the list of
 * shots.
 */
export function nameTheRest(faces: readonly LabelledFace[], threshold: number): Naming {
  const outcome: Naming = { right: 0, wrong: 0, unnamed: 0 };
  const people = [
    ...Map.groupBy(
      faces.filter(({ name }) => name !== undefined),
      ({ name }) => name,
    ).values(),
  ];
  const able = people.filter((theirs) => shotsOf(theirs).length >= 3);
  const turns = Math.max(...able.map((theirs) => shotsOf(theirs).length));
  for (let turn = 0; turn < turns; turn++) {
    const enrolled = able.flatMap((theirs) => enrolledOf(theirs, turn));
    const shots = new Set(enrolled.map(({ shot }) => shot));
    for (const face of faces.filter(({ shot }) => !shots.has(shot))) {
      const name = nameOf(face, enrolled, threshold);
      if (name === undefined) outcome.unnamed += enrolled.some((each) => each.name === face.name) ? 1 : 0;
      else outcome[name === face.name ? 'right' : 'wrong'] += 1;
    }
  }
  return outcome;
}

/** Two shots of one person, from the turn-th on. */
export function enrolledOf(theirs: readonly LabelledFace[], turn: number): LabelledFace[] {
  const shots = shotsOf(theirs);
  const chosen = [shots[turn % shots.length], shots[(turn + 1) % shots.length]];
  return chosen.flatMap((shot) => theirs.find((face) => face.shot === shot) ?? []);
}

export function shotsOf(faces: readonly LabelledFace[]): string[] {
  return [...new Set(faces.map(({ shot }) => shot))];
}

function nameOf(face: LabelledFace, enrolled: readonly LabelledFace[], threshold: number): string | undefined {
  const ranked = enrolled
    .map(({ name, embedding }) => ({ name, distance: distance(embedding, face.embedding) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [nearest] = ranked;
  return nearest && nearest.distance <= threshold ? nearest.name : undefined;
}

export interface OpenSetPoint {
  threshold: number;
  /** Share of faces of people who are not enrolled that are called unknown. */
  strangersUnknown: number;
  /** Share of faces of enrolled people that are called unknown. */
  knownUnknown: number;
  /** Share of all that get a wrong name. */
  wrong: number;
}

/** Every second identity is enrolled with two shots, once from the first and once from the second on; groups are never. */
export function openSet(faces: readonly LabelledFace[], thresholds: readonly number[]): OpenSetPoint[] {
  return thresholds.map((threshold) => {
    const counts = { strangers: 0, strangersUnknown: 0, known: 0, knownUnknown: 0, wrong: 0 };
    const people = [
      ...Map.groupBy(
        faces.filter(({ name }) => name !== undefined),
        ({ name }) => name,
      ).values(),
    ];
    for (const half of [0, 1]) {
      for (let turn = 0; turn < 11; turn++) {
        const chosen = people.filter((theirs, index) => index % 2 === half && shotsOf(theirs).length >= 3);
        const enrolled = chosen.flatMap((theirs) => enrolledOf(theirs, turn));
        const shots = new Set(enrolled.map(({ shot }) => shot));
        for (const face of faces.filter(({ shot }) => !shots.has(shot))) {
          const isKnown = enrolled.some(({ name }) => name === face.name);
          const name = nameOf(face, enrolled, threshold);
          counts[isKnown ? 'known' : 'strangers'] += 1;
          if (name === undefined) counts[isKnown ? 'knownUnknown' : 'strangersUnknown'] += 1;
          else if (name !== face.name) counts.wrong += 1;
        }
      }
    }
    return {
      threshold,
      strangersUnknown: counts.strangersUnknown / counts.strangers,
      knownUnknown: counts.knownUnknown / counts.known,
      wrong: counts.wrong / (counts.known + counts.strangers),
    };
  });
}
