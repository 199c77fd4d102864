import { createHash, randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

export interface DownloadOptions {
  url: string;
  /** The finished file; nothing is there before it is complete, its checksum right and its bytes on the disk. */
  path: string;
  /** Any of these will do. */
  sha256: readonly string[];
  /** For the connection and the first answer. */
  answerTimeoutMs: number;
  /** Without any data. */
  stallTimeoutMs: number;
  /** @param totalBytes as the server announces it, else undefined */
  onProgress?: ((receivedBytes: number, totalBytes: number | undefined) => void) | undefined;
  fetch?: typeof fetch | undefined;
}

/** The server answered, but not with the file wanted: another file of the same server may still be there. */
export class WrongAnswerError extends Error {}

/**
 * Downloads a file under a name of its own, checks it and renames it.
 *
 * @throws WrongAnswerError for an answer other than 200 or a wrong checksum (a login page, say); Error with what was
 *   found when there is no answer or no data in time, or the file cannot be kept
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const partial = `${options.path}.${randomUUID()}.part`;
  const watchdog = startWatchdog(options);
  try {
    const found = await receive(partial, watchdog, options);
    if (!options.sha256.includes(found)) {
      throw new WrongAnswerError(`the file that came has the sha256 ${found}; expected ${options.sha256[0]}`);
    }
    await rename(partial, options.path);
  } catch (error) {
    throw readable(watchdog.signal.aborted ? watchdog.signal.reason : error);
  } finally {
    watchdog.stop();
    await rm(partial, { force: true });
  }
}

/** @returns the sha256 of what was written */
async function receive(path: string, watchdog: Watchdog, options: DownloadOptions): Promise<string> {
  const response = await (options.fetch ?? fetch)(options.url, { signal: watchdog.signal });
  if (!response.ok || !response.body) throw new WrongAnswerError(`the server answered ${response.status}`);
  const announced = Number(response.headers.get('content-length') ?? Number.NaN);
  const hash = createHash('sha256');
  let received = 0;
  await using file = await open(path, 'wx');
  for await (const chunk of response.body) {
    watchdog.feed();
    hash.update(chunk);
    await file.writeFile(chunk);
    received += chunk.length;
    options.onProgress?.(received, Number.isNaN(announced) ? undefined : announced);
  }
  await file.sync();
  return hash.digest('hex');
}

type Watchdog = ReturnType<typeof startWatchdog>;

/** Aborts its signal unless it is fed in time. */
function startWatchdog({ answerTimeoutMs, stallTimeoutMs }: DownloadOptions) {
  const controller = new AbortController();
  const abortAfter = (ms: number, what: string) =>
    setTimeout(() => controller.abort(new Error(`${what} ${ms} ms`)), ms);
  let timer = abortAfter(answerTimeoutMs, 'no answer within');
  const stop = (): void => clearTimeout(timer);
  const feed = (): void => {
    stop();
    timer = abortAfter(stallTimeoutMs, 'no data for');
  };
  return { signal: controller.signal, feed, stop };
}

/** `fetch` says only "fetch failed" and keeps the reason in `cause`. */
function readable(error: unknown): unknown {
  return error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
}
