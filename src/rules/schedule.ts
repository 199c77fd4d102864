export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** A part of some days, by the clock of the schedule's time zone. */
export interface TimeRange {
  days: readonly Weekday[];
  /** Minutes since midnight. */
  fromMinute: number;
  /** Not included; at most 1440. Up to `fromMinute` it is that of the next day: 22:00 to 06:00 belongs to the day it begins on. */
  toMinute: number;
}

export interface Schedule {
  /** IANA name, such as Europe/Berlin. */
  timeZone: string;
  ranges: readonly TimeRange[];
}

/** Whether the clock on the wall of the schedule's time zone shows a time in one of the ranges. */
export function isWithin({ timeZone, ranges }: Schedule, atMs: number): boolean {
  const { day, minute } = wallClock(timeZone, atMs);
  const today = weekdays[day];
  const yesterday = weekdays[(day + 6) % 7];
  return ranges.some(({ days, fromMinute, toMinute }) => {
    const isOvernight = toMinute <= fromMinute;
    const begins = today !== undefined && days.includes(today) && minute >= fromMinute;
    if (!isOvernight) return begins && minute < toMinute;
    return begins || (yesterday !== undefined && days.includes(yesterday) && minute < toMinute);
  });
}

/** Whether the machine knows the time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(timeZone: string, atMs: number): { day: number; minute: number } {
  let format = formats.get(timeZone);
  if (!format) {
    const clock = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    format = new Intl.DateTimeFormat('en-GB', { timeZone, ...clock });
    formats.set(timeZone, format);
  }
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const day = weekdays.indexOf((parts.get('weekday') ?? '').toLowerCase() as Weekday);
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}
