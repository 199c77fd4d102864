const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 2 });

/** 1394 → `1,394`. */
export function formatCount(count: number): string {
  return whole.format(count);
}

/** As above, but `1.23M` from a million on: for places that are narrow on a phone. */
export function formatShortCount(count: number): string {
  return count < 1_000_000 ? whole.format(count) : short.format(count);
}

/** 10 → `10.0`. */
export function formatRate(perSecond: number): string {
  return perSecond >= 1000 ? whole.format(Math.round(perSecond)) : perSecond.toFixed(1);
}

/** 38.2 → `38 ms`, 1240 → `1.24 s`, 150000 → `2.5 min`. */
export function formatLatency(milliseconds: number): string {
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(2)} s`;
  return milliseconds < 3_600_000
    ? `${(milliseconds / 60_000).toFixed(1)} min`
    : `${(milliseconds / 3_600_000).toFixed(1)} h`;
}

/** 0.0142 → `14 ms`, 48.2 → `48 s`, 5400 → `90 min`, 103800 → `29 h`, 400000 → `4.6 days`. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 120) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${(seconds / 86_400).toFixed(1)} days`;
}

/** 41000000 → `41 MB`. */
export function formatSize(bytes: number): string {
  const [unit, divisor] =
    bytes >= 1e9 ? (['GB', 1e9] as const) : bytes >= 1e6 ? (['MB', 1e6] as const) : (['kB', 1e3] as const);
  const count = bytes / divisor;
  return `${count < 10 ? count.toFixed(1) : whole.format(Math.round(count))} ${unit}`;
}

/** The time of day, to the second. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toLocaleTimeString([], { hour12: false });
}

/** 1, `frame` → `1 frame`; 2 → `2 frames`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
