import { fault, type VigilError } from '../../base/errors.ts';

/** A place in the configuration, from the outside in: `['cameras', 'yard', 'fps']`. */
export type ConfigPath = readonly (string | number)[];

/** One thing that is wrong in a configuration file. */
export interface Problem {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** Where, what was found, what was expected. */
  message: string;
  /** Whether only an environment variable is missing. */
  isMissingSecret?: boolean;
}

/** `cameras.yard.detectors[0]` */
export function formatPath(path: ConfigPath): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}

/** All problems of a file as one fault, in the order of the lines. */
export function configFault(file: string, problems: readonly Problem[]): VigilError {
  const lines = [...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
  const code = problems.every((problem) => problem.isMissingSecret) ? 'CONFIG_SECRET_MISSING' : 'CONFIG_INVALID';
  return fault(code, lines.join('\n'));
}
