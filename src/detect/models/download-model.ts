import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadFile } from '../../base/download-file.ts';
import { fault } from '../../base/errors.ts';
import type { BareManifest } from './manifest.ts';

export interface DownloadModelOptions {
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
export async function downloadModel(manifest: BareManifest, options: DownloadModelOptions): Promise<string> {
  const { name, file } = manifest;
  const { url = '', sha256, sizeBytes } = file;
  const { directory, answerTimeoutMs, onProgress, fetch } = options;
  const path = join(directory, file.fileName);
  try {
    await mkdir(directory, { recursive: true });
    await downloadFile({
      url,
      path,
      sha256,
      answerTimeoutMs,
      stallTimeoutMs,
      onProgress: (received, total) => onProgress?.(received, total ?? sizeBytes),
      fetch,
    });
    return path;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('MODEL_UNAVAILABLE', `the model ${name} cannot be fetched from ${url}: ${reason}`, { cause });
  }
}
