import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IncomingRecord } from '../../topics/record.ts';

/** `<camera>-<session>-<frame>.jpg`, whatever a producer wrote into these headers; undefined when one is missing. */
export function pictureName(headers: ReadonlyMap<string, string>): string | undefined {
  const parts = ['camera', 'session', 'frame'].map((name) => headers.get(name));
  if (parts.some((part) => part === undefined || part === '')) return undefined;
  const safe = parts.map((part) => (part ?? '').replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 100));
  return `${safe.join('-').replace(/^\.+/, '_')}.jpg`;
}

/** Writes the picture that a record carries. @returns false when it carries none */
export async function savePicture(record: IncomingRecord, folder: string): Promise<boolean> {
  const name = pictureName(record.headers);
  if (name === undefined || record.value.length === 0) return false;
  await writeFile(join(folder, name), record.value);
  return true;
}
