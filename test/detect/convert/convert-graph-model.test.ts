import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { isFault } from '../../../src/base/errors.ts';
import { convertGraphModel } from '../../../src/detect/convert/convert-graph-model.ts';
import type { GraphAttribute, GraphModel, GraphNode } from '../../../src/detect/convert/graph-model.ts';
import type { OnnxTensor } from '../../../src/detect/convert/onnx-model.ts';

// Each test writes a graph of a few nodes as TensorFlow.js would hold it, converts it and runs it in ONNX Runtime.

const base64 = (text: string) => Buffer.from(text).toString('base64');
const text = (value: string): GraphAttribute => ({ s: base64(value) });
const list = (...values: number[]): GraphAttribute => ({ list: { i: values.map(String) } });
const type = (name: string): GraphAttribute => ({ type: name });
const float = { T: type('DT_FLOAT') };
const whole = { T: type('DT_INT32') };

function floats(shape: number[], ...values: number[]): OnnxTensor {
  return { type: 'float32', shape, data: Float32Array.from(values) };
}

function integers(shape: number[], ...values: number[]): OnnxTensor {
  return { type: 'int32', shape, data: Int32Array.from(values) };
}

interface Graph {
  /** Shape of the input `x`. */
  input: number[];
  inputType?: 'DT_FLOAT' | 'DT_INT32';
  constants?: Record<string, OnnxTensor>;
  /** The last one is the output. */
  nodes: [name: string, op: string, inputs: string[], attributes?: GraphNode['attributes']][];
}

function model({ input, inputType = 'DT_FLOAT', constants = {}, nodes }: Graph): GraphModel {
  const shape = { shape: { dim: input.map((size) => ({ size: String(size) })) } };
  const all: GraphNode[] = [
    { name: 'x', op: 'Placeholder', inputs: [], attributes: { dtype: type(inputType), shape } },
    ...Object.keys(constants).map((name) => ({ name, op: 'Const', inputs: [], attributes: {} })),
    ...nodes.map(([name, op, inputs, attributes = {}]) => ({ name, op, inputs, attributes })),
  ];
  return {
    nodes: new Map(all.map((node) => [node.name, node])),
    constants: new Map(Object.entries(constants)),
    signatureShapes: new Map(),
  };
}

async function run(graph: Graph, values: number[]): Promise<number[]> {
  const name = graph.nodes.at(-1)?.[0] ?? '';
  const bytes = convertGraphModel(model(graph), { name: 'test', outputs: [name] });
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 4 });
  const x =
    graph.inputType === 'DT_INT32'
      ? new Tensor('int32', Int32Array.from(values), graph.input)
      : new Tensor('float32', Float32Array.from(values), graph.input);
  const output = (await session.run({ x }))[name];
  await session.release();
  return Array.from(output?.data as Float32Array, (value) => Math.round(value * 1e4) / 1e4);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const convolution = { strides: list(1, 1, 1, 1), padding: text('SAME'), data_format: text('NHWC') };

test('a convolution keeps channels last and pads after the picture first', async () => {
  // 2 × 2 kernel of ones on a 3 × 3 picture: with an even kernel, SAME adds a row below and a column to the right.
  const graph: Graph = {
    input: [1, 3, 3, 1],
    constants: { kernel: floats([2, 2, 1, 1], 1, 1, 1, 1) },
    nodes: [['y', 'Conv2D', ['x', 'kernel'], convolution]],
  };
  assert.deepEqual(await run(graph, upTo(9)), [8, 12, 7, 20, 24, 13, 13, 15, 8]);
});

test('a kernel’s input and output channels are put in ONNX’s order', async () => {
  // One pixel with channels (1, 2); weights in → out: 1→(1, 10, 100), 2→(1000, 10⁴, 10⁵).
  const graph: Graph = {
    input: [1, 1, 1, 2],
    constants: { kernel: floats([1, 1, 2, 3], 1, 10, 100, 1000, 10_000, 100_000) },
    nodes: [['y', 'Conv2D', ['x', 'kernel'], convolution]],
  };
  assert.deepEqual(await run(graph, [1, 2]), [2001, 20_010, 200_100]);
});

test('a fused convolution adds its bias and then clips', async () => {
  const graph: Graph = {
    input: [1, 1, 3, 1],
    constants: { kernel: floats([1, 1, 1, 2], 1, -1), bias: floats([2], 1, 2) },
    nodes: [
      [
        'y',
        '_FusedConv2D',
        ['x', 'kernel', 'bias'],
        { ...convolution, fused_ops: { list: { s: [base64('BiasAdd'), base64('Relu6')] } } },
      ],
    ],
  };
  assert.deepEqual(await run(graph, [1, 7, -3]), [2, 1, 6, 0, 0, 5]);
});

test('a depthwise convolution keeps each channel’s products together', async () => {
  // Two channels with two outputs each, stride 2 over a 2 × 2 picture with VALID padding and a kernel of one pixel.
  const graph: Graph = {
    input: [1, 2, 2, 2],
    constants: { kernel: floats([1, 1, 2, 2], 1, 2, 3, 4) },
    nodes: [['y', 'DepthwiseConv2dNative', ['x', 'kernel'], { strides: list(1, 2, 2, 1), padding: text('VALID') }]],
  };
  assert.deepEqual(await run(graph, [10, 20, 0, 0, 0, 0, 0, 0]), [10, 20, 60, 80]);
});

test('a node inside the graph becomes its input', async (t) => {
  const graph = model({
    input: [3],
    constants: { seven: floats([], 7), two: floats([], 2) },
    nodes: [
      ['sum', 'AddV2', ['x', 'seven']],
      ['y', 'Mul', ['sum', 'two']],
    ],
  });
  const session = await InferenceSession.create(
    convertGraphModel(graph, { name: 'test', inputs: { sum: [3] }, outputs: ['y'] }),
    { logSeverityLevel: 4 },
  );
  t.after(() => session.release());
  assert.deepEqual(session.inputNames, ['sum']);
  const { y } = await session.run({ sum: new Tensor('float32', Float32Array.of(1, 2, 3), [3]) });
  assert.deepEqual(Array.from(y?.data as Float32Array), [2, 4, 6]);
  assert.throws(
    () => convertGraphModel(graph, { name: 'test', inputs: { mean: [3] }, outputs: ['y'] }),
    /no node "mean"/,
  );
});

test('max pooling looks at each channel', async () => {
  const graph: Graph = {
    input: [1, 2, 2, 2],
    nodes: [['y', 'MaxPool', ['x'], { ksize: list(1, 2, 2, 1), strides: list(1, 2, 2, 1), padding: text('VALID') }]],
  };
  assert.deepEqual(await run(graph, [1, 80, 2, 70, 3, 60, 4, 50]), [4, 80]);
});

test('bilinear resizing places its samples as TensorFlow’s flags say', async () => {
  const resize = (attributes: GraphNode['attributes']): Graph => ({
    input: [1, 1, 2, 1],
    constants: { size: integers([2], 1, 4) },
    nodes: [['y', 'ResizeBilinear', ['x', 'size'], attributes]],
  });
  assert.deepEqual(await run(resize({}), [0, 8]), [0, 4, 8, 8]);
  assert.deepEqual(await run(resize({ half_pixel_centers: { b: true } }), [0, 8]), [0, 2, 6, 8]);
  assert.deepEqual(await run(resize({ align_corners: { b: true } }), [0, 9]), [0, 3, 6, 9]);
});

test('resizing to the nearest pixel rounds as TensorFlow does', async () => {
  const resize = (attributes: GraphNode['attributes']): Graph => ({
    input: [1, 1, 3, 1],
    constants: { size: integers([2], 1, 5) },
    nodes: [['y', 'ResizeNearestNeighbor', ['x', 'size'], attributes]],
  });
  // floor(i × 3 / 5), and floor((i + 0.5) × 3 / 5).
  assert.deepEqual(await run(resize({}), [10, 20, 30]), [10, 10, 20, 20, 30]);
  assert.deepEqual(await run(resize({ half_pixel_centers: { b: true } }), [10, 20, 30]), [10, 10, 20, 30, 30]);
});

test('whole numbers are divided towards minus infinity', async () => {
  const divide = (op: string): Graph => ({
    input: [4],
    inputType: 'DT_INT32',
    constants: { three: integers([], 3) },
    nodes: [
      ['q', op, ['x', 'three'], whole],
      ['y', 'Cast', ['q'], { DstT: type('DT_FLOAT') }],
    ],
  });
  assert.deepEqual(await run(divide('FloorDiv'), [7, -7, 6, -1]), [2, -3, 2, -1]);
  assert.deepEqual(await run(divide('FloorMod'), [7, -7, 6, -1]), [1, 2, 0, 2]);
});

test('numbers with fractions are divided towards minus infinity too', async () => {
  const divide = (op: string): Graph => ({
    input: [2],
    constants: { two: floats([], 2) },
    nodes: [['y', op, ['x', 'two'], float]],
  });
  assert.deepEqual(await run(divide('FloorDiv'), [3.5, -3.5]), [1, -2]);
  assert.deepEqual(await run(divide('FloorMod'), [3.5, -3.5]), [1.5, 0.5]);
});

test('the best values and their places come out as two outputs', async () => {
  const graph: Graph = {
    input: [1, 5],
    constants: { k: integers([], 2), axis: integers([], 1) },
    nodes: [
      ['top', 'TopKV2', ['x', 'k'], float],
      ['places', 'Cast', ['top:1'], { DstT: type('DT_FLOAT') }],
      ['y', 'ConcatV2', ['top', 'places', 'axis']],
    ],
  };
  assert.deepEqual(await run(graph, [3, 9, 1, 7, 5]), [9, 7, 1, 3]);
});

test('a slice honours its masks', async () => {
  const slice = (attributes: GraphNode['attributes']): Graph => ({
    input: [2, 4],
    constants: { begin: integers([2], 1, 1), end: integers([2], 2, 3), strides: integers([2], 1, 1) },
    nodes: [['y', 'StridedSlice', ['x', 'begin', 'end', 'strides'], attributes]],
  });
  assert.deepEqual(await run(slice({}), upTo(8)), [5, 6]);
  assert.deepEqual(await run(slice({ begin_mask: { i: '3' } }), upTo(8)), [0, 1, 2, 4, 5, 6]);
  assert.deepEqual(await run(slice({ end_mask: { i: '2' } }), upTo(8)), [5, 6, 7]);
  assert.deepEqual(await run(slice({ shrink_axis_mask: { i: '2' } }), upTo(8)), [5]);
});

test('shapes, packing, gathering and padding', async () => {
  const graph: Graph = {
    input: [2, 3],
    constants: { rows: integers([1], 1), axis: integers([], 0), pads: integers([2, 2], 0, 1, 2, 0) },
    nodes: [
      ['row', 'GatherV2', ['x', 'rows', 'axis'], { batch_dims: { i: '0' } }],
      ['flat', 'Squeeze', ['row'], { squeeze_dims: list(0) }],
      ['pair', 'Pack', ['flat', 'flat'], { axis: { i: '0' } }],
      ['y', 'Pad', ['pair', 'pads']],
    ],
  };
  assert.deepEqual(await run(graph, upTo(6)), [0, 0, 3, 4, 5, 0, 0, 3, 4, 5, 0, 0, 0, 0, 0]);
});

test('unpacking gives an output for each part', async () => {
  const graph: Graph = {
    input: [2, 2],
    nodes: [
      ['parts', 'Unpack', ['x'], { axis: { i: '0' }, num: { i: '2' } }],
      ['y', 'Sub', ['parts:1', 'parts:0']],
    ],
  };
  assert.deepEqual(await run(graph, [1, 2, 10, 20]), [9, 18]);
});

test('means over the picture, matrix products and activations', async () => {
  const graph: Graph = {
    input: [1, 1, 2, 2],
    constants: { axes: integers([2], 1, 2), weights: floats([2, 1], 1, 2), bias: floats([1], -8) },
    nodes: [
      ['mean', 'Mean', ['x', 'axes'], { keep_dims: { b: false } }],
      ['product', '_FusedMatMul', ['mean', 'weights', 'bias'], { fused_ops: { list: { s: [base64('BiasAdd')] } } }],
      ['y', 'Sigmoid', ['product']],
    ],
  };
  // Means (2, 3): 2 + 6 − 8 = 0.
  assert.deepEqual(await run(graph, [1, 2, 3, 4]), [0.5]);
});

test('nodes that no output needs are left out, order-only inputs are ignored', async () => {
  const graph: Graph = {
    input: [2],
    nodes: [
      ['unused', 'SomethingRare', ['x']],
      ['y', 'Relu', ['x', '^unused']],
    ],
  };
  assert.deepEqual(await run(graph, [-1, 2]), [0, 2]);
});

test('an operator that is not known, or not in that form, is named', async () => {
  const refusal = async (graph: Graph, pattern: RegExp) =>
    assert.rejects(run(graph, [1]), (error) => {
      assert.ok(isFault(error, 'MODEL_INVALID'));
      assert.match(error.message, pattern);
      return true;
    });
  await refusal({ input: [1], nodes: [['y', 'Fft', ['x']]] }, /the operator Fft of "y" is not known/);
  await refusal(
    { input: [1], nodes: [['y', 'ExpandDims', ['x', 'x']]] },
    /the operator ExpandDims of "y" cannot be converted: its input 1 is not a constant/,
  );
  await refusal({ input: [1], nodes: [['y', 'Relu', ['z']]] }, /has no node "z"/);
});
