import { convertCarriedModel } from '../convert/convert-carried-model.ts';
import { builtInModel, defaultModelName, knownModels } from './built-in-models.ts';
import { downloadModel } from './download-model.ts';
import type { BareManifest } from './manifest.ts';
import { type ModelPlaces, modelCache, modelOnDisk } from './model-on-disk.ts';
import { isOwnModel, readOwnModel } from './own-model.ts';

// What `vigil models list|pull|show` say and do.

export interface ModelListing {
  name: string;
  summary: string;
  licence: string;
  sizeBytes: number;
  /** Used where a detector names no model. */
  isDefault: boolean;
  /** The file, when it is on this machine. */
  path?: string;
  /** Comes with a package: needs no download. */
  isCarried: boolean;
}

/** The built-in models, the default one first. @throws MODEL_INVALID when `VIGIL_MODELS` holds a wrong file */
export function listModels(places: ModelPlaces): Promise<ModelListing[]> {
  return Promise.all(
    knownModels.map(async (manifest) => {
      const path = manifest.carried ? undefined : await modelOnDisk(manifest, places);
      return {
        name: manifest.name,
        summary: manifest.summary,
        licence: manifest.licence,
        sizeBytes: manifest.file.sizeBytes,
        isDefault: manifest.name === defaultModelName,
        isCarried: manifest.carried !== undefined,
        ...(path === undefined ? {} : { path }),
      };
    }),
  );
}

export interface PullOptions extends ModelPlaces {
  onProgress?: (receivedBytes: number, totalBytes: number) => void;
  /** Stands in for the network in tests. */
  fetch?: typeof fetch;
}

/** Somebody is waiting and watching: longer than a start of the detector may wait. */
const answerTimeoutMs = 15_000;
const silent = { info: () => undefined };

/**
 * Brings a model onto this machine, unless it is there already.
 *
 * @throws MODEL_NOT_FOUND, MODEL_UNAVAILABLE, MODEL_INVALID
 */
export async function pullModel(name: string, options: PullOptions): Promise<{ path: string; wasThere: boolean }> {
  const manifest = knownModel(name);
  const directory = modelCache(options.cacheDir);
  if (manifest.carried) return { path: await convertCarriedModel(manifest, directory, silent), wasThere: false };
  const there = await modelOnDisk(manifest, options);
  if (there !== undefined) return { path: there, wasThere: true };
  const { onProgress, fetch } = options;
  return { path: await downloadModel(manifest, { directory, answerTimeoutMs, onProgress, fetch }), wasThere: false };
}

/**
 * Everything known of a built-in model, or of a user's own by its path.
 *
 * @throws MODEL_NOT_FOUND, CONFIG_INVALID, MODEL_INVALID
 */
export async function describeModel(nameOrPath: string): Promise<BareManifest> {
  return isOwnModel(nameOrPath) ? (await readOwnModel(nameOrPath)).manifest : knownModel(nameOrPath);
}

function knownModel(name: string): BareManifest {
  return knownModels.find((model) => model.name === name) ?? builtInModel(name);
}
