import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeOnnxModel, type OnnxNode, type OnnxTensor } from '../../../src/detect/convert/onnx-model.ts';
import type { ModelManifest } from '../../../src/detect/models/manifest.ts';

/**
 * A model of YOLOX's form with a 32 × 32 input and two labels, small enough to be written by hand: it sees one `light`
 * that fills the whole input, and is as sure of it as the picture is bright (white 1, black 0).
 */
export const lightManifest: ModelManifest = {
  name: 'light',
  summary: 'sees light',
  licence: 'CC0-1.0',
  source: 'written by hand',
  file: { fileName: 'light.onnx', sha256: [], sizeBytes: 0 },
  input: {
    name: 'images',
    width: 32,
    height: 32,
    layout: 'nchw',
    colours: 'rgb',
    mean: [0, 0, 0],
    scale: [1 / 255, 1 / 255, 1 / 255],
    fit: 'stretch',
    fill: 0,
  },
  decoder: 'yolox',
  outputs: ['output'],
  labels: ['light', 'shadow'],
  threshold: 0.5,
  nmsIou: 0.45,
};

const cells = 21;
const rowLength = 7;

/** Writes the model. @param options.failsOnWhite the model itself fails on a white picture */
export async function writeLightModel(directory: string, options: { failsOnWhite?: boolean } = {}): Promise<string> {
  // The last cell, stride 32: centre (16, 16), size 32 × 32, objectness and class "light" as bright as the picture.
  const pattern = new Float32Array(cells * rowLength);
  pattern.set([0.5, 0.5, 0, 0, 1, 1, 0], (cells - 1) * rowLength);
  const certain = new Float32Array(cells * rowLength);
  certain.set([0.5, 0.5, 0, 0, 0, 1, 0], (cells - 1) * rowLength);
  const constants = new Map<string, OnnxTensor>([
    ['axes', { type: 'int64', shape: [3], data: BigInt64Array.of(1n, 2n, 3n) }],
    ['one', { type: 'int64', shape: [3], data: BigInt64Array.of(1n, 1n, 1n) }],
    ['objectness', { type: 'float32', shape: [1, cells, rowLength], data: onlyObjectness(pattern) }],
    ['rest', { type: 'float32', shape: [1, cells, rowLength], data: certain }],
    ['ten', { type: 'float32', shape: [], data: Float32Array.of(10) }],
    ['table', { type: 'float32', shape: [5], data: new Float32Array(5) }],
  ]);
  const nodes: OnnxNode[] = [
    { operator: 'ReduceMean', inputs: ['images', 'axes'], outputs: ['mean'], attributes: { keepdims: 1 } },
    { operator: 'Reshape', inputs: ['mean', 'one'], outputs: ['brightness'], attributes: {} },
    { operator: 'Mul', inputs: ['objectness', 'brightness'], outputs: ['scaled'], attributes: {} },
    { operator: 'Add', inputs: ['scaled', 'rest'], outputs: ['sum'], attributes: {} },
    ...(options.failsOnWhite ? failing : [node('Identity', ['sum'], 'output')]),
  ];
  const bytes = encodeOnnxModel({
    name: 'light',
    nodes,
    constants,
    inputs: [{ name: 'images', type: 'float32', shape: [1, 3, 32, 32] }],
    outputs: [{ name: 'output', type: 'float32', shape: [1, cells, rowLength] }],
  });
  const path = join(directory, 'light.onnx');
  await writeFile(path, bytes);
  return path;
}

function node(operator: string, inputs: string[], output: string, attributes = {}): OnnxNode {
  return { operator, inputs, outputs: [output], attributes };
}

// Looks up place 10 × brightness in a table of five: past its end for a bright picture.
const failing = [
  node('Mul', ['brightness', 'ten'], 'place'),
  node('Cast', ['place'], 'index', { to: 7 }),
  node('Gather', ['table', 'index'], 'zero', { axis: 0 }),
  node('Add', ['sum', 'zero'], 'output'),
];

function onlyObjectness(pattern: Float32Array): Float32Array {
  return pattern.map((value, index) => (index % rowLength === 4 ? value : 0));
}
