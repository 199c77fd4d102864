import { pino } from 'pino';
import pretty from 'pino-pretty';

export type Logger = pino.Logger;
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * Diagnostics go to standard error, so that standard output stays free for answers. Lines for people by default,
 * JSON lines with `VIGIL_LOG_FORMAT=json`; the level comes from `VIGIL_LOG_LEVEL`.
 */
export function createLogger(part: string, options: { level?: LogLevel } = {}): Logger {
  const level = options.level ?? levelFromEnvironment();
  if (process.env.VIGIL_LOG_FORMAT === 'json')
    return pino({ name: part, level }, pino.destination({ fd: 2, sync: true }));
  const stream = pretty({
    destination: 2,
    sync: true,
    colorize: process.stderr.isTTY === true,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid,hostname,name',
    messageFormat: '{name}: {msg}',
    hideObject: false,
    singleLine: true,
  });
  return pino({ name: part, level }, stream);
}

function levelFromEnvironment(): LogLevel {
  const wanted = process.env.VIGIL_LOG_LEVEL;
  return logLevels.find((level) => level === wanted) ?? 'info';
}
