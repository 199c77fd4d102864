import { nearest } from '../../base/nearest.ts';
import type { ValueProblem } from './check-value.ts';
import { type ConfigPath, formatPath } from './problem.ts';

/** A name that must be one of those that are known. @param what they are, in the plural */
export function checkReference(
  name: string,
  path: ConfigPath,
  known: readonly string[],
  what = 'detectors',
): ValueProblem[] {
  if (known.includes(name)) return [];
  const suggestion = nearest(name, known);
  const hint = suggestion ? `; did you mean "${suggestion}"?` : '';
  const expected = known.length === 0 ? `none, for there are no ${what}` : `one of the ${what} (${known.join(', ')})`;
  const message = `${formatPath(path)}: found ${JSON.stringify(name)}, expected ${expected}${hint}`;
  return [{ path, part: 'value', message }];
}
