import { basename, extname, resolve } from 'node:path';
import { fault } from '../../base/errors.ts';
import { cameraIdPattern } from '../../topics/topic-names.ts';
import { isPathSource } from '../config/source-kind.ts';

/** One `--camera`: its id, and its source with an absolute path where it is one. */
export interface CameraArgument {
  id: string;
  source: string;
}

/**
 * Reads the values of `--camera`: `source`, or `id=source`. Ids that are not given come from the file's name or the
 * host, and are made unique by a number.
 *
 * @throws USAGE for an empty source, or an id that is there twice
 */
export function parseCameras(values: readonly string[]): CameraArgument[] {
  const named = values.map(splitName);
  const taken = new Set<string>();
  for (const { id } of named) {
    if (id === undefined) continue;
    if (taken.has(id)) throw fault('USAGE', `--camera: the id "${id}" is there twice`);
    taken.add(id);
  }
  return named.map(({ id, source }) => ({
    id: id ?? unique(idFor(source), taken),
    source: isPathSource(source) ? resolve(source) : source,
  }));
}

function splitName(value: string): { id: string | undefined; source: string } {
  const [, id, rest] = /^([^=:/\\]+)=(.*)$/s.exec(value) ?? [];
  const source = (id === undefined ? value : (rest ?? '')).trim();
  if (source === '') throw fault('USAGE', `--camera: found "${value}", expected a source or id=source`);
  if (id !== undefined && !cameraIdPattern.test(id)) {
    throw fault('USAGE', `--camera: "${id}" is not an id: letters, digits, ".", "_" and "-", 100 at most`, {
      next: 'Write ./ before a file whose name holds a =.',
    });
  }
  return { id, source };
}

function idFor(source: string): string {
  const text = isPathSource(source) ? basename(source, extname(source)) : nameOfAddress(source);
  const id = text.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '');
  return id === '' ? 'camera' : id.slice(0, 80);
}

function nameOfAddress(source: string): string {
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/:?#]*)/i.exec(source)?.[1];
  return host || (/^[a-z0-9]+/i.exec(source)?.[0] ?? 'camera');
}

function unique(id: string, taken: Set<string>): string {
  let candidate = id;
  for (let number = 2; taken.has(candidate); number++) candidate = `${id}-${number}`;
  taken.add(candidate);
  return candidate;
}
