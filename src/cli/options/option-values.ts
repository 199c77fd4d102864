import { InvalidArgumentError } from 'commander';
import { isFault } from '../../base/errors.ts';

/** A parser of an option's text whose refusal says what was expected. */
export function value<T>(expected: string, parse: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      if (isFault(error)) throw new InvalidArgumentError(`Expected ${expected}.`);
      throw error;
    }
  };
}

export interface NumberRange {
  least?: number;
  above?: number;
  most?: number;
  whole?: boolean;
}

export function number(range: NumberRange): (text: string) => number {
  const { least = -Infinity, above = -Infinity, most = Infinity, whole = false } = range;
  return (text) => {
    const parsed = text.trim() === '' ? Number.NaN : Number(text);
    const fits = parsed >= least && parsed > above && parsed <= most && (!whole || Number.isSafeInteger(parsed));
    if (!fits) throw new InvalidArgumentError(`Expected ${describeRange(range)}.`);
    return parsed;
  };
}

function describeRange({ least, above, most, whole }: NumberRange): string {
  const bounds = [
    least === undefined ? '' : `from ${least}`,
    above === undefined ? '' : `above ${above}`,
    most === undefined ? '' : above === undefined ? `to ${most}` : `and up to ${most}`,
  ];
  return [whole ? 'a whole number' : 'a number', ...bounds].filter((each) => each !== '').join(' ');
}

/** For options that may be repeated. */
export function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** `a,b` → `['a', 'b']`, without blanks. */
export function list(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}
