import { fault, type VigilError } from '../../base/errors.ts';
import type { GraphNode } from './graph-model.ts';
import type { ElementType, OnnxAttribute, OnnxNode, OnnxTensor } from './onnx-model.ts';

/** What has been written of the ONNX graph so far; the one owner of its names. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly constants = new Map<string, OnnxTensor>();
  #made = 0;

  /** Adds a node. @returns the names of its outputs */
  add(operator: string, inputs: readonly string[], attributes: OnnxNode['attributes'], outputs: number): string[] {
    const names = Array.from({ length: outputs }, () => `${operator}_${++this.#made}`);
    this.nodes.push({ operator, inputs, outputs: names, attributes });
    return names;
  }

  addConstant(tensor: OnnxTensor): string {
    const name = `constant_${++this.#made}`;
    this.constants.set(name, tensor);
    return name;
  }
}

/**
 * Converts one node. It reads inputs and attributes through the step, writes ONNX nodes through it, and returns the name
 * of the value that stands for each of the node's outputs, in TensorFlow's own layout (pictures: batch, rows, columns,
 * channels).
 */
export type Operator = (step: ConversionStep) => string | readonly string[];

/** What an operator sees of the node it converts. */
export class ConversionStep {
  readonly node: GraphNode;
  readonly #builder: GraphBuilder;
  readonly #values: readonly string[];

  /** @param values ONNX names of the node's data inputs */
  constructor(node: GraphNode, builder: GraphBuilder, values: readonly string[]) {
    this.node = node;
    this.#builder = builder;
    this.#values = values;
  }

  get inputCount(): number {
    return this.#values.length;
  }

  /** ONNX name of an input; counted from the end when negative. */
  input(index: number): string {
    const name = this.#values.at(index);
    if (name === undefined) throw this.unsupported(`it has no input ${index}`);
    return name;
  }

  /** An input that must be known now because ONNX wants it as an attribute or in another order. */
  constant(index: number): OnnxTensor {
    const tensor = this.#builder.constants.get(this.input(index));
    if (!tensor) throw this.unsupported(`its input ${index} is not a constant`);
    return tensor;
  }

  integers(index: number): number[] {
    return Array.from(this.constant(index).data, Number);
  }

  /** Adds an ONNX node with one output. */
  emit(operator: string, inputs: readonly string[], attributes: Record<string, OnnxAttribute> = {}): string {
    const [name = ''] = this.#builder.add(operator, inputs, attributes, 1);
    return name;
  }

  emitMany(
    operator: string,
    inputs: readonly string[],
    outputs: number,
    attributes: Record<string, OnnxAttribute> = {},
  ): string[] {
    return this.#builder.add(operator, inputs, attributes, outputs);
  }

  constantOf(tensor: OnnxTensor): string {
    return this.#builder.addConstant(tensor);
  }

  /** A list of shapes, axes or places, as ONNX wants them: int64. */
  int64(values: readonly (number | bigint)[]): string {
    return this.constantOf({ type: 'int64', shape: [values.length], data: BigInt64Array.from(values, BigInt) });
  }

  scalar(value: number): string {
    return this.constantOf({ type: 'float32', shape: [], data: Float32Array.of(value) });
  }

  numbers(attribute: string): number[] {
    return (this.node.attributes[attribute]?.list?.i ?? []).map(Number);
  }

  number(attribute: string, fallback = 0): number {
    const value = this.node.attributes[attribute];
    return Number(value?.i ?? value?.f ?? fallback);
  }

  flag(attribute: string): boolean {
    return this.node.attributes[attribute]?.b ?? false;
  }

  text(attribute: string): string {
    return fromBase64(this.node.attributes[attribute]?.s ?? '');
  }

  texts(attribute: string): string[] {
    return (this.node.attributes[attribute]?.list?.s ?? []).map(fromBase64);
  }

  /** The element type of an attribute like `T` or `DstT`. */
  type(attribute: string): ElementType {
    const found = this.node.attributes[attribute]?.type ?? 'DT_FLOAT';
    const type = tensorflowTypes[found];
    if (!type) throw this.unsupported(`its ${attribute} is ${found}`);
    return type;
  }

  unsupported(why: string): VigilError {
    return fault('MODEL_INVALID', `the operator ${this.node.op} of "${this.node.name}" cannot be converted: ${why}`, {
      next: 'Convert the model to ONNX with another tool.',
    });
  }
}

/** TensorFlow's names; in JSON they appear as names or as numbers of the format. */
export const tensorflowTypes: Readonly<Record<string, ElementType>> = {
  DT_FLOAT: 'float32',
  DT_HALF: 'float32',
  DT_UINT8: 'uint8',
  DT_INT32: 'int32',
  DT_INT64: 'int64',
  DT_BOOL: 'bool',
};

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
