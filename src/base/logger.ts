import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Fields, an error as `err`, may stand before what is said. */
type Line = [message: string] | [fields: object, message: string];
export type Logger = Record<'debug' | 'info' | 'warn' | 'error', (...line: Line) => void>;
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * Diagnostics go to standard error, so that standard output stays free for answers. Lines for people by default,
 * JSON lines with `VIGIL_LOG_FORMAT=json`; the level comes from `VIGIL_LOG_LEVEL`.
 */
export function createLogger(part: string, options: { level?: LogLevel } = {}): Logger {
  const level = options.level ?? levelFromEnvironment();
  let writer: Logger | undefined;
  const say = (name: keyof Logger): ((...line: Line) => void) => {
    if (logLevels.indexOf(name) < logLevels.indexOf(level)) return () => {};
    return (...line) => {
      // Loaded with the first line that is written: most processes start without one, and some have to start quickly.
      try {
        writer ??= openWriter(part, level);
      } catch (error) {
        sayBarely(part, line, error);
        return;
      }
      writer[name](...line);
    };
  };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}

const load = createRequire(import.meta.url);

function openWriter(name: string, level: LogLevel): Logger {
  const { pino } = load('pino') as typeof import('pino');
  const standardError = pino.destination({ fd: 2, sync: true });
  if (process.env.VIGIL_LOG_FORMAT === 'json') return pino({ name, level }, standardError);
  const forPeople = prettifier();
  return pino({ name, level }, { write: (line) => standardError.write(forPeople(line)) });
}

/** A process that can open no more files, to load the writer for instance, still says what is wrong with it. */
function sayBarely(part: string, line: Line, cause: unknown): void {
  const message = line.filter((each) => typeof each === 'string').join(' ');
  writeSync(2, `${part}: ${message} (without its fields: ${String(cause)})\n`);
}

function prettifier(): (line: string) => string {
  return (load('pino-pretty') as typeof import('pino-pretty')).prettyFactory({
    colorize: process.stderr.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,name',
    messageFormat: '{name}: {msg}',
    hideObject: false,
    singleLine: true,
  });
}

function levelFromEnvironment(): LogLevel {
  const wanted = process.env.VIGIL_LOG_LEVEL;
  return logLevels.find((level) => level === wanted) ?? 'info';
}
