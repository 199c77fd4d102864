import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { fault, systemErrorCode } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { BareManifest, CarriedModel } from '../models/manifest.ts';
import { convertGraphModel } from './convert-graph-model.ts';
import { faceNetRanges } from './face-net-ranges.ts';
import { convertFaceRecognitionNet } from './face-recognition-net.ts';
import { readGraphModel } from './graph-model.ts';

/** Raised whenever the converter writes something else for the same model: older conversions are then not used. */
const converterVersion = 3;

/**
 * Converts a model that an npm package carries, once: the result stays in the cache under a name that holds the digest of
 * what it was made from.
 *
 * @returns the path of the .onnx file
 * @throws MODEL_UNAVAILABLE when the package is not installed or the cache cannot be written, MODEL_INVALID when its model cannot be converted
 */
export async function convertCarriedModel(
  manifest: BareManifest,
  directory: string,
  logger: Pick<Logger, 'info'>,
): Promise<string> {
  const { carried } = manifest;
  if (!carried) throw fault('MODEL_UNAVAILABLE', `no package carries the model ${manifest.name}`);
  const modelJson = findCarried(manifest.name, carried);
  const target = join(directory, `${manifest.name}-${await digest(modelJson)}.onnx`);
  if (await isThere(target)) return target;
  const startedMs = performance.now();
  const bytes = await convert(modelJson, manifest.name, carried);
  await writeWhole(target, bytes);
  const elapsedMs = Math.round(performance.now() - startedMs);
  logger.info(`converted ${manifest.name} from ${carried.packageName} to ONNX in ${elapsedMs} ms`);
  return target;
}

async function convert(
  modelJson: string,
  name: string,
  { network, inputs = {}, outputs = [] }: CarriedModel,
): Promise<Uint8Array> {
  if (network === 'face-recognition-net') return convertFaceRecognitionNet(modelJson, name, faceNetRanges);
  return convertGraphModel(await readGraphModel(modelJson), { name, inputs, outputs });
}

/** The path of what a package carries. @throws MODEL_UNAVAILABLE when the package is not installed */
export function findCarried(name: string, { packageName, modelJson }: CarriedModel): string {
  const packageJson = packageManifest(packageName);
  if (packageJson !== undefined) return join(dirname(packageJson), modelJson);
  throw fault('MODEL_UNAVAILABLE', `the package ${packageName}, which carries the model ${name}, is not installed`, {
    next: `Run \`npm install ${packageName}\`, or connect to the network and run \`vigil models pull\`.`,
  });
}

/** The path of a package's package.json; undefined when it is not installed. */
function packageManifest(packageName: string): string | undefined {
  try {
    return findPackageJSON(packageName, import.meta.url);
  } catch {
    return undefined;
  }
}

/** The graph's JSON names its weights by size and place; package versions change both together. */
async function digest(modelJson: string): Promise<string> {
  const hash = createHash('sha256').update(String(converterVersion));
  return hash
    .update(await readFile(modelJson))
    .digest('hex')
    .slice(0, 12);
}

/** A file that is there is whole, even when two processes convert at once. */
async function writeWhole(target: string, bytes: Uint8Array): Promise<void> {
  const partial = `${target}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(partial, bytes, { flush: true });
    await rename(partial, target);
  } catch (cause) {
    throw fault('MODEL_UNAVAILABLE', `${target} cannot be written (${systemErrorCode(cause) ?? 'unknown reason'})`, {
      next: 'Check who owns the cache directory and that its disk has room.',
      cause,
    });
  } finally {
    await rm(partial, { force: true });
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
