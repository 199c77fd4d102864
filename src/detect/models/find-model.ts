import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fault, isFault } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { nearest } from '../../base/nearest.ts';
import { convertCarriedModel } from '../convert/convert-carried-model.ts';
import { builtInModels, defaultModelName, lastResortModel } from './built-in-models.ts';
import { downloadModel } from './download-model.ts';
import type { ModelManifest } from './manifest.ts';
import { isOwnModel, readOwnModel } from './own-model.ts';
import { checkModelFile, isModelFile } from './verify-model-file.ts';

export interface FoundModel {
  manifest: ModelManifest;
  /** The .onnx file. */
  path: string;
}

export interface FindModelOptions {
  /** Vigil's cache; models lie in `models/` below it. */
  cacheDir: string;
  logger: Pick<Logger, 'info' | 'warn'>;
  /** A folder of models that goes before the cache; `VIGIL_MODELS` when left out. */
  modelsDir?: string | undefined;
  /** Stands in for the network in tests. */
  fetch?: typeof fetch;
}

/** An unreachable network must not keep a start waiting. */
const answerTimeoutMs = 3000;

/**
 * Finds a model by name or path: in `VIGIL_MODELS`, in the cache, by download (checked against its sha256). Where the
 * default model can be neither found nor fetched, the model that an npm package carries takes its place, and says so.
 *
 * @throws MODEL_NOT_FOUND when nothing has that name
 * @throws MODEL_UNAVAILABLE when it can be neither found nor fetched
 * @throws MODEL_INVALID when a file has the wrong checksum
 */
export async function findModel(nameOrPath: string, options: FindModelOptions): Promise<FoundModel> {
  if (isOwnModel(nameOrPath)) return readOwnModel(nameOrPath);
  const manifest = builtInModel(nameOrPath);
  try {
    return { manifest, path: await locate(manifest, options) };
  } catch (error) {
    if (manifest.name !== defaultModelName || !isFault(error, 'MODEL_UNAVAILABLE')) throw error;
    options.logger.warn(
      `${error.message}; ${lastResortModel.name} looks instead (slower, and it misses more). ` +
        `\`vigil models pull ${manifest.name}\` fetches the better one once there is a network`,
    );
    return { manifest: lastResortModel, path: await locate(lastResortModel, options) };
  }
}

/** @throws MODEL_NOT_FOUND */
export function builtInModel(name: string): ModelManifest {
  const manifest = builtInModels.find((model) => model.name === name);
  if (manifest) return manifest;
  const names = builtInModels.map((model) => model.name);
  const meant = nearest(name, names);
  const known = `no model is called "${name}"; known are ${names.join(', ')}`;
  throw fault('MODEL_NOT_FOUND', known, { next: meant && `Did you mean "${meant}"?` });
}

/** Where the cache keeps models. */
export function modelCache(cacheDir: string): string {
  return join(cacheDir, 'models');
}

async function locate(manifest: ModelManifest, options: FindModelOptions): Promise<string> {
  const { fileName } = manifest.file;
  const cache = modelCache(options.cacheDir);
  if (manifest.carried) return convertCarriedModel(manifest, cache, options.logger);
  const folder = options.modelsDir ?? process.env.VIGIL_MODELS;
  if (folder && (await exists(join(folder, fileName)))) {
    // Somebody pointed at this very folder: a wrong file in it is not passed over in silence.
    await checkModelFile(join(folder, fileName), manifest.file);
    return join(folder, fileName);
  }
  const cached = join(cache, fileName);
  if (await isModelFile(cached, manifest.file)) return cached;
  options.logger.info(`fetching the model ${manifest.name} from ${manifest.file.url}`);
  return downloadModel(manifest, { directory: cache, answerTimeoutMs, fetch: options.fetch });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
