import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../base/errors.ts';
import type { ModelManifest } from './manifest.ts';

export interface DownloadOptions {
  /** Where the file goes; created when it is missing. */
  directory: string;
  /** Give up when the server has not begun to answer by then. */
  answerTimeoutMs: number;
  onProgress?: ((receivedBytes: number, totalBytes: number) => void) | undefined;
  fetch?: typeof fetch | undefined;
}

/** A transfer that stands still this long is given up. */
const stallTimeoutMs = 10_000;

/**
 * Downloads a model. The file appears under its name only when it is whole and its sha256 is right.
 *
 * @returns the file's path
 * @throws MODEL_UNAVAILABLE when it cannot be fetched or kept, or when something else came (a login page, say)
 */
export async function downloadModel(manifest: ModelManifest, options: DownloadOptions): Promise<string> {
  const { file } = manifest;
  const target = join(options.directory, file.fileName);
  const partial = `${target}.${randomUUID()}.part`;
  try {
    await mkdir(options.directory, { recursive: true });
    const found = await receive(manifest, partial, options);
    if (!file.sha256.includes(found)) {
      throw new Error(`it sent a file with the sha256 ${found}; expected ${file.sha256[0]}`);
    }
    await rename(partial, target);
    return target;
  } catch (cause) {
    await rm(partial, { force: true });
    throw fault(
      'MODEL_UNAVAILABLE',
      `the model ${manifest.name} cannot be fetched from ${file.url}: ${reasonOf(cause)}`,
      {
        cause,
      },
    );
  }
}

/** @returns the sha256 of what was written */
async function receive(manifest: ModelManifest, path: string, options: DownloadOptions): Promise<string> {
  const { url = '', sizeBytes } = manifest.file;
  const watchdog = startWatchdog(options.answerTimeoutMs);
  try {
    const response = await (options.fetch ?? fetch)(url, { signal: watchdog.signal });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const hash = createHash('sha256');
    let received = 0;
    await using output = await open(path, 'wx');
    for await (const chunk of response.body) {
      watchdog.feed(stallTimeoutMs);
      hash.update(chunk);
      await output.writeFile(chunk);
      received += chunk.length;
      options.onProgress?.(received, Number(response.headers.get('content-length') ?? sizeBytes));
    }
    await output.sync();
    return hash.digest('hex');
  } finally {
    watchdog.stop();
  }
}

/** Aborts its signal unless it is fed in time. */
function startWatchdog(firstMs: number) {
  const controller = new AbortController();
  const bite = (ms: number) => setTimeout(() => controller.abort(new Error(`no answer for ${ms} ms`)), ms);
  let timer = bite(firstMs);
  const stop = (): void => clearTimeout(timer);
  const feed = (ms: number): void => {
    stop();
    timer = bite(ms);
  };
  return { signal: controller.signal, feed, stop };
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
