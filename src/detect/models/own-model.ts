import { access, readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { parse } from 'yaml';
import { fault, systemErrorCode } from '../../base/errors.ts';
import type { ModelManifest } from './manifest.ts';
import { parseOwnManifest } from './own-manifest.ts';
import { checkModelFile } from './verify-model-file.ts';

const manifestExtensions = ['.yml', '.yaml', '.json'] as const;

/**
 * Reads a manifest alone: that of a model that runs elsewhere.
 *
 * @throws MODEL_NOT_FOUND, CONFIG_INVALID
 */
export async function readOwnManifest(path: string): Promise<ModelManifest> {
  const stem = join(dirname(path), basename(path, extname(path)));
  return parseOwnManifest(await readManifest(path), { manifestPath: path, modelPath: `${stem}.onnx` });
}

/** Whether `model` means a file rather than a name. */
export function isOwnModel(model: string): boolean {
  return /[\\/]/.test(model) || ['.onnx', ...manifestExtensions].includes(extname(model));
}

/**
 * Reads a model of the user's own: `x.onnx` with its manifest `x.yml`, `x.yaml` or `x.json` beside it, named by either.
 *
 * @throws MODEL_NOT_FOUND when one of the two files is missing
 * @throws CONFIG_INVALID when the manifest is not one, MODEL_INVALID when its sha256 differs from the file's
 */
export async function readOwnModel(path: string): Promise<{ manifest: ModelManifest; path: string }> {
  const stem = join(dirname(path), basename(path, extname(path)));
  const modelPath = `${stem}.onnx`;
  if (!(await isThere(modelPath))) throw fault('MODEL_NOT_FOUND', `${modelPath} does not exist`, { next: checkPath });
  const manifestPath = extname(path) === '.onnx' ? await findManifest(stem) : path;
  const manifest = parseOwnManifest(await readManifest(manifestPath), { manifestPath, modelPath });
  if (manifest.file.sha256.length > 0) await checkModelFile(modelPath, manifest.file);
  return { manifest, path: modelPath };
}

const checkPath = 'Check the path in the detector’s `model`.';

async function findManifest(stem: string): Promise<string> {
  for (const extension of manifestExtensions) if (await isThere(stem + extension)) return stem + extension;
  throw fault('MODEL_NOT_FOUND', `${stem}.onnx has no manifest: ${basename(stem)}.yml is not beside it`, {
    next: 'Write one; docs/models.md shows how.',
  });
}

async function readManifest(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const reason = systemErrorCode(cause) ?? 'unknown reason';
    throw fault('MODEL_NOT_FOUND', `${path} cannot be read (${reason})`, { next: checkPath, cause });
  }
  try {
    return parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw fault('CONFIG_INVALID', `${path} is not YAML: ${reason}`, { next: 'Correct the line that is named.', cause });
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
