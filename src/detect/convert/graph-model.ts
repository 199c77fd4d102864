import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fault } from '../../base/errors.ts';
import type { OnnxTensor } from './onnx-model.ts';
import { readWeights, type WeightEntry } from './weights.ts';

/** An attribute as TensorFlow's JSON holds it: 64-bit numbers are text, text is base64. */
export interface GraphAttribute {
  i?: string | number;
  f?: number;
  b?: boolean;
  s?: string;
  type?: string;
  shape?: GraphShape;
  list?: { i?: (string | number)[]; s?: string[] };
}

interface GraphShape {
  dim?: { size: string | number }[];
}

export interface GraphNode {
  name: string;
  op: string;
  /** `name`, or `name:1` for another output than the first, or `^name` for mere order. */
  inputs: readonly string[];
  attributes: Readonly<Record<string, GraphAttribute>>;
}

/** A TensorFlow.js graph model in memory. */
export interface GraphModel {
  nodes: ReadonlyMap<string, GraphNode>;
  /** By the name of their `Const` node. */
  constants: ReadonlyMap<string, OnnxTensor>;
  /** Shapes that the model's signature promises, by node name; −1 is open. */
  signatureShapes: ReadonlyMap<string, readonly number[]>;
}

interface ModelJson {
  format?: string;
  signature?: { inputs?: Record<string, SignatureEntry>; outputs?: Record<string, SignatureEntry> };
  modelTopology?: { node?: { name: string; op: string; input?: string[]; attr?: Record<string, GraphAttribute> }[] };
  weightsManifest?: { paths: string[]; weights: WeightEntry[] }[];
}

interface SignatureEntry {
  name: string;
  tensorShape?: GraphShape;
}

/**
 * Reads `model.json` and the weight files beside it.
 *
 * @throws MODEL_INVALID when it is not a TensorFlow.js graph model
 */
export async function readGraphModel(modelJsonPath: string): Promise<GraphModel> {
  const model = await readModelJson(modelJsonPath);
  const constants = new Map<string, OnnxTensor>();
  for (const { paths, weights } of model.weightsManifest ?? []) {
    const files = await Promise.all(paths.map((path) => readFile(join(dirname(modelJsonPath), path))));
    for (const [name, tensor] of readWeights(Buffer.concat(files), weights)) constants.set(name, tensor);
  }
  const nodes = (model.modelTopology?.node ?? []).map((node) => ({
    name: node.name,
    op: node.op,
    inputs: node.input ?? [],
    attributes: node.attr ?? {},
  }));
  return { nodes: new Map(nodes.map((node) => [node.name, node])), constants, signatureShapes: signatureShapes(model) };
}

/** @returns −1 for a length that is open */
export function shapeOf(shape: GraphShape | undefined): number[] | undefined {
  return shape?.dim?.map(({ size }) => Number(size));
}

function signatureShapes({ signature }: ModelJson): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { name, tensorShape } of Object.values({ ...signature?.inputs, ...signature?.outputs })) {
    const shape = shapeOf(tensorShape);
    if (shape) shapes.set(name.replace(/:0$/, ''), shape);
  }
  return shapes;
}

async function readModelJson(path: string): Promise<ModelJson> {
  try {
    const model = JSON.parse(await readFile(path, 'utf8')) as ModelJson;
    if (!model.modelTopology?.node) throw new TypeError('it holds no graph');
    return model;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('MODEL_INVALID', `${path} is not a TensorFlow.js graph model: ${reason}`, { cause });
  }
}
