/** Versions of a message, both ends included; `none` is the range that holds no version. */
export type VersionRange = { readonly from: number; readonly to: number };

export const noVersion: VersionRange = { from: 0, to: -1 };
export const everyVersion: VersionRange = { from: 0, to: Infinity };

/** Parses Apache's notation: `3`, `3-5`, `3+` or `none`. */
export function versionRange(text: string): VersionRange {
  if (text === 'none') return noVersion;
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text);
  if (!match?.[1]) throw new RangeError(`"${text}" is not a range of versions: expected N, N-M, N+ or none`);
  const from = Number(match[1]);
  if (match[2]) return { from, to: Infinity };
  return { from, to: match[3] === undefined ? from : Number(match[3]) };
}

export function holdsVersion(range: VersionRange, version: number): boolean {
  return version >= range.from && version <= range.to;
}
