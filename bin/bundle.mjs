// Whether the bundle of `scripts/bundle.ts` may be run: only while it holds what the sources say. Plain JavaScript, for
// whatever Node is there.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** The file that says which bundle is the last one, and what it was made from. */
export function statementOf(root) {
  return `${root}/dist/bundle.json`;
}

/** What tells a file's content from another. */
export function describeSource(path) {
  const { size, mtimeMs } = statSync(path);
  return { sizeBytes: size, modifiedMs: mtimeMs, sha256: digest(path) };
}

/** The bundled main module; undefined when there is none, or when a file that it was made from has changed. */
export function freshBundle(root) {
  const statement = readStatement(root);
  if (statement === undefined) return undefined;
  const main = `${root}/${statement.main}`;
  // Before every start: paths are put together by hand, and nothing is loaded that is not needed.
  for (const path in statement.sources) {
    if (!isUnchanged(`${root}/${path}`, statement.sources[path])) return undefined;
  }
  return existsSync(main) ? main : undefined;
}

function readStatement(root) {
  try {
    return JSON.parse(readFileSync(statementOf(root), 'utf8'));
  } catch {
    return undefined;
  }
}

/** A file that was written anew as it was, by a checkout or a copy, has not changed. */
function isUnchanged(path, { sizeBytes, modifiedMs, sha256 }) {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now === undefined || now.size !== sizeBytes) return false;
  return now.mtimeMs === modifiedMs || digest(path) === sha256;
}

function digest(path) {
  return load('node:crypto').createHash('sha256').update(readFileSync(path)).digest('hex');
}
