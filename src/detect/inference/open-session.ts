import { readFile } from 'node:fs/promises';
import type { InferenceSession } from 'onnxruntime-node';
import { fault } from '../../base/errors.ts';
import { decoders } from '../decoders/decoders.ts';
import type { ModelManifest } from '../models/manifest.ts';
import { importOnnxRuntime } from './onnx-runtime.ts';

/**
 * Opens a model as `openPlainSession` does, and compares it with its manifest.
 *
 * @throws MODEL_INVALID when the file cannot be read or is not ONNX
 * @throws MODEL_SHAPE when its inputs or outputs are not those of the manifest
 */
export async function openSession(path: string, manifest: ModelManifest): Promise<InferenceSession> {
  const session = await openPlainSession(path, manifest.name);
  checkInput(session, manifest, path);
  checkOutputs(session, manifest, path);
  return session;
}

/**
 * Opens a model with one thread of its own: many sessions beside each other use a machine better than many threads in
 * one session.
 *
 * @throws MODEL_INVALID when the file cannot be read or is not ONNX
 */
export async function openPlainSession(path: string, name: string): Promise<InferenceSession> {
  const { InferenceSession } = await importOnnxRuntime();
  try {
    return await InferenceSession.create(await readFile(path), {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // 4: nothing but the fatal; errors reach the caller as exceptions.
      logSeverityLevel: 4,
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('MODEL_INVALID', `${path} (model "${name}") does not open as an ONNX model: ${reason}`, { cause });
  }
}

/** The input tensor's shape, batch of one. */
export function inputShape({ input }: ModelManifest): readonly number[] {
  return input.layout === 'nchw' ? [1, 3, input.height, input.width] : [1, input.height, input.width, 3];
}

/** The shape of each output that the decoder reads, in its order. */
export function outputShapes({ decoder, input, labels }: ModelManifest): readonly (readonly number[])[] {
  return decoders[decoder].outputShapes({ input, classes: labels.length });
}

function checkInput(session: InferenceSession, manifest: ModelManifest, path: string): void {
  const [found] = session.inputMetadata;
  const wanted = inputShape(manifest);
  const others = session.inputMetadata.slice(1).map((other) => `"${other.name}"`);
  if (others.length > 0) throw mismatch(path, `has more inputs than "${manifest.input.name}": ${others.join(', ')}`);
  if (found?.name !== manifest.input.name || !fits(found, wanted)) {
    throw mismatch(
      path,
      `takes ${describe(found)}; the manifest expects "${manifest.input.name}" ${shapeText(wanted)}`,
    );
  }
}

function checkOutputs(session: InferenceSession, manifest: ModelManifest, path: string): void {
  for (const [index, shape] of outputShapes(manifest).entries()) {
    const name = manifest.outputs[index];
    const found = session.outputMetadata.find((output) => output.name === name);
    if (!found || !fits(found, shape)) {
      const all = session.outputMetadata.map(describe).join(', ');
      const expected = `"${name}" ${shapeText(shape)}`;
      throw mismatch(path, `gives ${all}; the decoder "${manifest.decoder}" expects ${expected}`);
    }
  }
}

type ValueMetadata = InferenceSession.ValueMetadata;

/** A dimension the model leaves open (a name instead of a number) fits anything. */
function fits(found: ValueMetadata, wanted: readonly number[]): boolean {
  if (!found.isTensor || found.type !== 'float32' || found.shape.length !== wanted.length) return false;
  return found.shape.every((length, index) => typeof length !== 'number' || length === wanted[index]);
}

function describe(value: ValueMetadata | undefined): string {
  if (!value) return 'nothing';
  return value.isTensor ? `"${value.name}" ${value.type}[${value.shape.join(' × ')}]` : `"${value.name}" (no tensor)`;
}

function shapeText(shape: readonly number[]): string {
  return `float32[${shape.join(' × ')}]`;
}

function mismatch(path: string, what: string) {
  return fault('MODEL_SHAPE', `${path} ${what}`);
}
