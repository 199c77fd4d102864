import { fault } from '../../base/errors.ts';

export type OnnxRuntime = typeof import('onnxruntime-node');

let loaded: OnnxRuntime | undefined;

/**
 * ONNX Runtime, loaded on first use: it is an optional dependency.
 *
 * @throws OPTIONAL_PART_MISSING
 */
export async function importOnnxRuntime(): Promise<OnnxRuntime> {
  if (loaded) return loaded;
  try {
    loaded = await import('onnxruntime-node');
    return loaded;
  } catch (cause) {
    throw fault('OPTIONAL_PART_MISSING', 'detecting needs the package "onnxruntime-node", which is not installed', {
      next: 'Run `npm install onnxruntime-node` with ONNXRUNTIME_NODE_INSTALL=skip.',
      cause,
    });
  }
}
