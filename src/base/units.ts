import { fault } from './errors.ts';

const durationUnitsMs = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const byteUnits = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;

function parse(text: string, units: Record<string, number>, example: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+)$/.exec(text.trim());
  const factor = match?.[2] === undefined ? undefined : units[match[2]];
  if (match?.[1] === undefined || factor === undefined) {
    throw fault('USAGE', `"${text}" is not a number with one of the units ${Object.keys(units).join(', ')}`, {
      next: `Write it like ${example}.`,
    });
  }
  return Number(match[1]) * factor;
}

/** `24h`, `500ms`, `1.5s` → milliseconds. @throws USAGE */
export function parseDurationMs(text: string): number {
  return parse(text, durationUnitsMs, '24h or 500ms');
}

/** `50GB`, `64MiB` → bytes (decimal for kB, MB, GB; binary for KiB, MiB, GiB). @throws USAGE */
export function parseBytes(text: string): number {
  return Math.round(parse(text, byteUnits, '50GB or 64MiB'));
}

/** `host:port`, `[::1]:port`, `:port` or `port` → its parts. @throws USAGE */
export function parseHostPort(text: string, defaultHost = '127.0.0.1'): { host: string; port: number } {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw fault('USAGE', `"${text}" is not an address of the form host:port`, {
      next: 'Write it like 127.0.0.1:8080.',
    });
  }
  return { host: match[1] || match[2] || defaultHost, port };
}

/** Joins a host and a port; IPv6 addresses get their brackets. */
export function formatHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** 1234567 → `1.2 MB`. */
export function formatBytes(bytes: number): string {
  for (const [unit, factor] of [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (bytes >= factor) return `${(bytes / factor).toFixed(1)} ${unit}`;
  }
  return `${bytes} B`;
}
