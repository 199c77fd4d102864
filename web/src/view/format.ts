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

/** The time of day, to the second. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toLocaleTimeString([], { hour12: false });
}

/** 1, `frame` → `1 frame`; 2 → `2 frames`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
