import type { Ordered } from '../../../src/stage/order/order-types.ts';
import type { OrderRun } from './order-run.ts';

/** What must have come out of a run that came to its end, said simply; the differences, in words. */
export function differencesFromModel(run: OrderRun, cameras: readonly string[]): string[] {
  const problems: string[] = [];
  if (run.heldFrames > 0) problems.push(`${run.heldFrames} results are still held`);
  for (const camera of cameras) {
    const items = run.items.filter((item) => item.camera === camera);
    const isCertain = certainHole(run, camera);
    problems.push(...compare(`results of ${camera}`, resultsOf(items), expectedResults(run, camera)));
    problems.push(
      ...compare(`holes of ${camera}`, holesOf(items).filter(isCertain), expectedHoles(run, camera).filter(isCertain)),
    );
    problems.push(...bracketProblems(camera, items));
    for (const item of items) if (item.type === 'late') problems.push(`late: ${item.session}/${item.frame}`);
  }
  if (!run.hasRestarted && run.counts.doubled !== doubledResults(run)) {
    problems.push(`${run.counts.doubled} doubled results were counted, there are ${doubledResults(run)}`);
  }
  return problems;
}

/** Each frame that has a result, once: sessions as they opened, frames by number. */
function expectedResults(run: OrderRun, camera: string): string[] {
  return sessionsWithResults(run, camera).flatMap(({ session, frames }) =>
    frames.map((frame) => `${session}/${frame}`),
  );
}

/** Each frame below the last one of its session that has no result: the last one seen, or the last one stated. */
function expectedHoles(run: OrderRun, camera: string): string[] {
  return sessionsWithResults(run, camera).flatMap(({ session, frames }) => {
    const stated = run.world.statements.filter((each) => each.session === session).map((each) => each.published);
    const end = Math.max((frames.at(-1) ?? -1) + 1, ...stated);
    const seen = new Set(frames);
    return Array.from({ length: end }, (_, frame) => frame)
      .filter((frame) => !seen.has(frame))
      .map((frame) => `${session}/${frame}`);
  });
}

/** A session may be closed before it was read how many frames were stated of it: then holes after its last result are unknown. */
function certainHole(run: OrderRun, camera: string): (hole: string) => boolean {
  const sessions = sessionsWithResults(run, camera);
  const newest = sessions.at(-1)?.session;
  const last = new Map(sessions.map(({ session, frames }) => [session, frames.at(-1) ?? -1]));
  return (hole) => {
    const [session = '', frame] = hole.split('/');
    return session === newest || Number(frame) < (last.get(session) ?? 0);
  };
}

function sessionsWithResults(run: OrderRun, camera: string): { session: string; frames: number[] }[] {
  const results = run.world.results.flat().filter((each) => each.camera === camera);
  return (run.world.sessions.get(camera) ?? []).flatMap((session) => {
    const frames = new Set(results.filter((each) => each.session === session).map((each) => each.frame));
    return frames.size === 0 ? [] : [{ session, frames: [...frames].sort((a, b) => a - b) }];
  });
}

function resultsOf(items: readonly Ordered<string>[]): string[] {
  return items.flatMap((item) => (item.type === 'result' ? [item.payload] : []));
}

function holesOf(items: readonly Ordered<string>[]): string[] {
  return items.flatMap((item) => {
    if (item.type !== 'gap') return [];
    return Array.from({ length: item.to - item.from + 1 }, (_, index) => `${item.session}/${item.from + index}`);
  });
}

/** Everything of a session lies between its beginning and its end. */
function bracketProblems(camera: string, items: readonly Ordered<string>[]): string[] {
  const problems: string[] = [];
  let open: string | undefined;
  for (const item of items) {
    if (item.type === 'session-began') {
      if (open !== undefined) problems.push(`${camera}: ${item.session} began inside ${open}`);
      open = item.session;
    } else if (item.session !== open) problems.push(`${camera}: ${item.type} of ${item.session} inside ${open}`);
    if (item.type === 'session-ended') open = undefined;
  }
  if (open !== undefined) problems.push(`${camera}: ${open} did not end`);
  return problems;
}

function doubledResults(run: OrderRun): number {
  const all = run.world.results.flat().map((each) => `${each.camera}/${each.session}/${each.frame}`);
  return all.length - new Set(all).size;
}

function compare(what: string, found: readonly string[], expected: readonly string[]): string[] {
  if (found.length === expected.length && found.every((each, index) => each === expected[index])) return [];
  const at = expected.findIndex((each, index) => found[index] !== each);
  const place = at < 0 ? expected.length : at;
  return [`${what}: ${found.length} for ${expected.length}; at ${place} ${found[place]} for ${expected[place]}`];
}
