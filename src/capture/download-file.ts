import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

export interface DownloadOptions {
  url: string;
  /** The finished file; nothing is there before it is complete and its checksum right. */
  path: string;
  sha256: string;
  /** For the connection and the first answer. */
  answerTimeoutMs?: number;
  /** Without any data. */
  stallTimeoutMs?: number;
}

/** The server answered, but not with the file wanted: another file of the same server may still be there. */
export class WrongAnswerError extends Error {}

/**
 * Downloads a file under a name of its own, checks it and renames it.
 *
 * @throws WrongAnswerError for an answer other than 200 or a wrong checksum; Error with what was found, when there is no
 *   connection within 3 s or no data for 5 s
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const partial = `${options.path}.${process.pid}.part`;
  try {
    const sha256 = await fetchInto(partial, options);
    if (sha256 !== options.sha256) throw new WrongAnswerError(`its sha256 is ${sha256}, expected ${options.sha256}`);
    await rename(partial, options.path);
  } finally {
    await rm(partial, { force: true });
  }
}

/** @returns the sha256 of what came */
async function fetchInto(partial: string, options: DownloadOptions): Promise<string> {
  const { url, answerTimeoutMs = 3000, stallTimeoutMs = 5000 } = options;
  const stalled = new AbortController();
  let timer = setTimeout(() => stalled.abort(new Error(`no answer within ${answerTimeoutMs} ms`)), answerTimeoutMs);
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(new Error(`no data for ${stallTimeoutMs} ms`)), stallTimeoutMs);
  };
  const file = await open(partial, 'w');
  try {
    const response = await fetch(url, { signal: stalled.signal });
    if (!response.ok || !response.body) throw new WrongAnswerError(`the server answered ${response.status}`);
    const hash = createHash('sha256');
    for await (const chunk of response.body) {
      restart();
      hash.update(chunk);
      await file.write(chunk);
    }
    return hash.digest('hex');
  } catch (error) {
    throw readable(stalled.signal.aborted ? stalled.signal.reason : error);
  } finally {
    clearTimeout(timer);
    await file.close();
  }
}

/** `fetch` says only "fetch failed" and keeps the reason in `cause`. */
function readable(error: unknown): unknown {
  return error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
}
