import { setTimeout as delay } from 'node:timers/promises';

/**
 * Runs one step of a benchmark, and says when it begins and how it ended.
 *
 * @param limitMs what takes longer is given up: it may still be going on when this returns
 * @returns whether it came to its end
 */
export async function cameToEnd(name: string, limitMs: number, work: () => Promise<void>): Promise<boolean> {
  process.stderr.write(`— ${name}\n`);
  const startedMs = performance.now();
  const late = new AbortController();
  const giveUp = async (): Promise<never> => {
    await delay(limitMs, undefined, { signal: late.signal });
    throw new Error(`not within ${limitMs / 1000} s`);
  };
  try {
    await Promise.race([work(), giveUp()]);
    process.stderr.write(`  ${((performance.now() - startedMs) / 1000).toFixed(1)} s\n`);
    return true;
  } catch (error) {
    process.stderr.write(`  given up: ${error instanceof Error ? error.message : String(error)}\n`);
    return false;
  } finally {
    late.abort();
  }
}
