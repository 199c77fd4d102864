import { isFault } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { convertCarriedModel } from '../convert/convert-carried-model.ts';
import { builtInModel, defaultModelName, lastResortModel } from './built-in-models.ts';
import { downloadModel } from './download-model.ts';
import type { BareManifest, ModelManifest } from './manifest.ts';
import { type ModelPlaces, modelCache, modelOnDisk } from './model-on-disk.ts';
import { isOwnModel, readOwnModel } from './own-model.ts';

export interface FoundModel {
  manifest: ModelManifest;
  /** The .onnx file. */
  path: string;
}

export interface FindModelOptions extends ModelPlaces {
  logger: Pick<Logger, 'info' | 'warn'>;
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
    return { manifest, path: await locateModel(manifest, options) };
  } catch (error) {
    if (manifest.name !== defaultModelName || !isFault(error, 'MODEL_UNAVAILABLE')) throw error;
    options.logger.warn(
      `${error.message}; ${lastResortModel.name} looks instead (slower, and it misses more). ` +
        `\`vigil models pull ${manifest.name}\` fetches the better one once there is a network`,
    );
    return { manifest: lastResortModel, path: await locateModel(lastResortModel, options) };
  }
}

/**
 * The path of a built-in model's file, fetched or converted where it is not there yet.
 *
 * @throws MODEL_UNAVAILABLE, MODEL_INVALID
 */
export async function locateModel(manifest: BareManifest, options: FindModelOptions): Promise<string> {
  if (manifest.carried) return convertCarriedModel(manifest, modelCache(options.cacheDir), options.logger);
  const there = await modelOnDisk(manifest, options);
  if (there !== undefined) return there;
  options.logger.info(`fetching the model ${manifest.name} from ${manifest.file.url}`);
  return downloadModel(manifest, { directory: modelCache(options.cacheDir), answerTimeoutMs, fetch: options.fetch });
}
