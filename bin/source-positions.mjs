// Imported first by every module that a bundle is started with: stack traces name the lines of the sources. Node's own
// --enable-source-maps reads every map at the start, which takes as long as the bundle saves; here a map is read when an
// error of its file is shown.
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const position = /(file:\/\/\S+\/dist\/[0-9a-f]+\/[^/\s:]+\.js):(\d+):(\d+)/g;
const maps = new Map();

/** A stack trace with every position in a bundle replaced by that of its source. */
export function nameSources(stack) {
  return stack.replaceAll(position, (bundled, url, line, column) => {
    const { originalSource, originalLine, originalColumn } = mapOf(url)?.findEntry(line - 1, column - 1) ?? {};
    if (originalSource === undefined) return bundled;
    return `${new URL(originalSource, url)}:${originalLine + 1}:${originalColumn + 1}`;
  });
}

function mapOf(url) {
  if (!maps.has(url)) maps.set(url, readMap(url));
  return maps.get(url);
}

/** Undefined when it is not there: showing an error must not fail. */
function readMap(url) {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}

const format = Error.prepareStackTrace;
if (format) Error.prepareStackTrace = (error, trace) => nameSources(format(error, trace));
