import { ProtobufWriter } from './protobuf-writer.ts';

/** ONNX's element types that the converter writes, with their numbers in the format. */
export const elementTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof elementTypes;

/** A constant tensor, row-major; bool is one byte each. */
export interface OnnxTensor {
  type: ElementType;
  shape: readonly number[];
  data: Float32Array | Int32Array | BigInt64Array | Uint8Array | Int8Array;
}

/** Whole numbers are written as ints; a float is marked, since 1 could mean either. */
export type OnnxAttribute = number | string | readonly number[] | { float: number };

export interface OnnxNode {
  operator: string;
  /** An empty name leaves an optional input out. */
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValue {
  name: string;
  type: ElementType;
  /** Left out: unknown. */
  shape?: readonly number[];
}

export interface OnnxGraph {
  name: string;
  nodes: readonly OnnxNode[];
  constants: ReadonlyMap<string, OnnxTensor>;
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
}

/** The version of ONNX's operators that the converter speaks, and the file format that came with it. */
export const operatorSet = 18;
const formatVersion = 8;

/**
 * Writes a graph as an ONNX file. Field numbers are those of onnx.proto3:
 *
 *     ModelProto    1 ir_version, 2 producer_name, 7 graph, 8 opset_import { 1 domain, 2 version }
 *     GraphProto    1 node, 2 name, 5 initializer, 11 input, 12 output
 *     NodeProto     1 input, 2 output, 3 name, 4 op_type, 5 attribute
 *     AttributeProto 1 name, 2 f, 3 i, 4 s, 8 ints, 20 type (1 float, 2 int, 3 string, 7 ints)
 *     TensorProto   1 dims, 2 data_type, 8 name, 9 raw_data (little endian)
 *     ValueInfoProto 1 name, 2 type { 1 tensor_type { 1 elem_type, 2 shape { 1 dim { 1 dim_value } } } }
 */
export function encodeOnnxModel(graph: OnnxGraph): Uint8Array {
  const body = new ProtobufWriter();
  for (const node of graph.nodes) body.message(1, encodeNode(node));
  body.text(2, graph.name);
  for (const [name, tensor] of graph.constants) body.message(5, encodeTensor(name, tensor));
  for (const input of graph.inputs) body.message(11, encodeValue(input));
  for (const output of graph.outputs) body.message(12, encodeValue(output));
  return new ProtobufWriter()
    .integer(1, formatVersion)
    .text(2, 'vigil')
    .message(7, body)
    .message(8, new ProtobufWriter().text(1, '').integer(2, operatorSet))
    .finish();
}

function encodeNode(node: OnnxNode): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of node.inputs) writer.text(1, input);
  for (const output of node.outputs) writer.text(2, output);
  writer.text(3, node.outputs[0] ?? '').text(4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) writer.message(5, encodeAttribute(name, value));
  return writer;
}

function encodeAttribute(name: string, value: OnnxAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().text(1, name);
  if (typeof value === 'number') return writer.integer(3, value).integer(20, 2);
  if (typeof value === 'string') return writer.text(4, value).integer(20, 3);
  if ('float' in value) return writer.float(2, value.float).integer(20, 1);
  return writer.integers(8, value).integer(20, 7);
}

function encodeTensor(name: string, { type, shape, data }: OnnxTensor): ProtobufWriter {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new ProtobufWriter().integers(1, shape).integer(2, elementTypes[type]).text(8, name).bytes(9, bytes);
}

function encodeValue({ name, type, shape }: OnnxValue): ProtobufWriter {
  const tensor = new ProtobufWriter().integer(1, elementTypes[type]);
  if (shape) {
    const dimensions = new ProtobufWriter();
    for (const length of shape) dimensions.message(1, encodeDimension(length));
    tensor.message(2, dimensions);
  }
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}

/** A length below 0 is one that the model leaves open. */
function encodeDimension(length: number): ProtobufWriter {
  return length < 0 ? new ProtobufWriter().text(2, 'any') : new ProtobufWriter().integer(1, length);
}
