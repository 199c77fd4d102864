import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fault, systemErrorCode } from '../../base/errors.ts';
import type { ModelFile } from './manifest.ts';

/** @throws MODEL_INVALID when the file cannot be read or its sha256 is none of the manifest's */
export async function checkModelFile(path: string, file: Pick<ModelFile, 'sha256'>): Promise<void> {
  const found = await sha256(path);
  if (file.sha256.includes(found)) return;
  throw fault('MODEL_INVALID', `${path} has the sha256 ${found}; expected ${file.sha256.join(' or ')}`);
}

/** Whether the file is there and is the one that the manifest means. */
export async function isModelFile(path: string, file: Pick<ModelFile, 'sha256'>): Promise<boolean> {
  try {
    return file.sha256.includes(await sha256(path));
  } catch {
    return false;
  }
}

async function sha256(path: string): Promise<string> {
  try {
    return createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
  } catch (cause) {
    throw fault('MODEL_INVALID', `${path} cannot be read (${systemErrorCode(cause) ?? 'unknown reason'})`, { cause });
  }
}
