import type { Box } from '../topics/result-record.ts';
import type { Line, Scene, Zone } from '../topics/scene.ts';
import { footOf, isInside, meetingPlace, type Point, rightOf } from './geometry.ts';

/** What one track did with the places of its picture. */
export type PlaceChange =
  | { type: 'zone-entered'; zone: string }
  | { type: 'zone-left'; zone: string; dwellMs: number }
  | { type: 'line-crossed'; line: string; direction: 'in' | 'out' };

/** A track in a zone, or about to be. */
interface Visit {
  sinceUs: number;
  /** It stayed long enough to count. */
  isSettled: boolean;
  /** Outside since then, not long enough to count. */
  outsideSinceUs?: number;
}

/** Where one track stands. JSON. */
export interface Whereabouts {
  visits: Record<string, Visit>;
  /** The last point that was clearly on one side of a line. */
  sides: Record<string, Point>;
}

/** A foot at the edge of a zone wavers: it counts after so long on one side. */
const settleMs = 300;
/** A line is crossed once the foot is beyond it by this share of the box's height. */
const clearBy = 0.1;

/** Follows the feet of tracks through zones and over lines. Pure: each track's whereabouts are passed in and changed. */
export class PlaceWatch {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  move(
    whereabouts: Whereabouts,
    { box, picture, ptsUs }: { box: Box; picture: { width: number; height: number }; ptsUs: number },
  ): PlaceChange[] {
    const foot = footOf(box, picture);
    const clear = (clearBy * box.height) / picture.height;
    return [
      ...this.#scene.zones.flatMap((zone) => visit(whereabouts, zone, isInside(foot, zone.corners), ptsUs)),
      ...this.#scene.lines.flatMap((line) => pass(whereabouts, line, foot, clear)),
    ];
  }

  /** The track has ended where it was last seen. */
  end({ visits }: Whereabouts, lastSeenUs: number): PlaceChange[] {
    return Object.entries(visits).flatMap(([zone, { sinceUs, isSettled, outsideSinceUs }]) =>
      isSettled
        ? [{ type: 'zone-left' as const, zone, dwellMs: ((outsideSinceUs ?? lastSeenUs) - sinceUs) / 1000 }]
        : [],
    );
  }
}

function visit({ visits }: Whereabouts, { name }: Zone, isIn: boolean, ptsUs: number): PlaceChange[] {
  const known = visits[name];
  if (!known) {
    if (isIn) visits[name] = { sinceUs: ptsUs, isSettled: false };
    return [];
  }
  if (isIn) {
    delete known.outsideSinceUs;
    if (known.isSettled || ptsUs - known.sinceUs < settleMs * 1000) return [];
    known.isSettled = true;
    return [{ type: 'zone-entered', zone: name }];
  }
  known.outsideSinceUs ??= ptsUs;
  if (known.isSettled && ptsUs - known.outsideSinceUs < settleMs * 1000) return [];
  delete visits[name];
  if (!known.isSettled) return [];
  return [{ type: 'zone-left', zone: name, dwellMs: (known.outsideSinceUs - known.sinceUs) / 1000 }];
}

function pass({ sides }: Whereabouts, { name, from, to }: Line, foot: Point, clear: number): PlaceChange[] {
  const right = rightOf(foot, from, to);
  if (Math.abs(right) < clear) return [];
  const before = sides[name];
  sides[name] = foot;
  if (!before || rightOf(before, from, to) > 0 === right > 0) return [];
  const place = meetingPlace(before, foot, from, to);
  if (place < 0 || place > 1) return [];
  return [{ type: 'line-crossed', line: name, direction: right > 0 ? 'in' : 'out' }];
}
