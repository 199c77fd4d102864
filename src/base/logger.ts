import { createRequire } from 'node:module';
import { pino } from 'pino';

export type Logger = pino.Logger;
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * Diagnostics go to standard error, so that standard output stays free for answers. Lines for people by default,
 * JSON lines with `VIGIL_LOG_FORMAT=json`; the level comes from `VIGIL_LOG_LEVEL`.
 */
export function createLogger(part: string, options: { level?: LogLevel } = {}): Logger {
  const level = options.level ?? levelFromEnvironment();
  const standardError = pino.destination({ fd: 2, sync: true });
  const isJson = process.env.VIGIL_LOG_FORMAT === 'json';
  return pino(
    { name: part, level },
    isJson ? standardError : { write: (line) => standardError.write(forPeople(line)) },
  );
}

type PinoPretty = typeof import('pino-pretty');
let prettify: ((line: string) => string) | undefined;

/** Loaded with the first line that is written: most processes start without one, and some have to start quickly. */
function forPeople(line: string): string {
  prettify ??= (createRequire(import.meta.url)('pino-pretty') as PinoPretty).prettyFactory({
    colorize: process.stderr.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,name',
    messageFormat: '{name}: {msg}',
    hideObject: false,
    singleLine: true,
  });
  return prettify(line);
}

function levelFromEnvironment(): LogLevel {
  const wanted = process.env.VIGIL_LOG_LEVEL;
  return logLevels.find((level) => level === wanted) ?? 'info';
}
