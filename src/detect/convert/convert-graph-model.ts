import { fault } from '../../base/errors.ts';
import { ConversionStep, GraphBuilder, tensorflowTypes } from './conversion-step.ts';
import { type GraphModel, type GraphNode, shapeOf } from './graph-model.ts';
import { type ElementType, encodeOnnxModel, type OnnxValue } from './onnx-model.ts';
import { operators } from './operators/operators.ts';

export interface ConversionOptions {
  /** The graph's name in the file. */
  name: string;
  /** The nodes that become outputs, under their own names; all are float32. Nodes that none of them needs are left out. */
  outputs: readonly string[];
  /** Nodes inside the graph that become inputs (float32), and their shapes: what goes before them is left out. */
  inputs?: Readonly<Record<string, readonly number[]>>;
}

/**
 * Converts a TensorFlow.js graph model to an ONNX file. Inputs keep their names, shapes and layout.
 *
 * @throws MODEL_INVALID naming the operator that is not known, or the part of it
 */
export function convertGraphModel(model: GraphModel, options: ConversionOptions): Uint8Array {
  const conversion = new Conversion(model, options.inputs);
  for (const name of options.outputs) conversion.writeOutput(name);
  const { builder, inputs, outputs } = conversion;
  return encodeOnnxModel({ name: options.name, nodes: builder.nodes, constants: builder.constants, inputs, outputs });
}

class Conversion {
  readonly builder = new GraphBuilder();
  readonly inputs: OnnxValue[] = [];
  readonly outputs: OnnxValue[] = [];
  readonly #model: GraphModel;
  /** ONNX names of the outputs of each node that is written. */
  readonly #written = new Map<string, readonly string[]>();

  constructor(model: GraphModel, inputs: ConversionOptions['inputs'] = {}) {
    this.#model = model;
    for (const [name, shape] of Object.entries(inputs)) {
      if (!model.nodes.has(name)) throw fault('MODEL_INVALID', `the model has no node "${name}" to read from`);
      this.inputs.push({ name, type: 'float32', shape });
      this.#written.set(name, [name]);
    }
  }

  writeOutput(name: string): void {
    const value = this.#value(name);
    this.builder.nodes.push({ operator: 'Identity', inputs: [value], outputs: [name], attributes: {} });
    const shape = this.#model.signatureShapes.get(name);
    this.outputs.push({ name, type: 'float32', ...(shape === undefined ? {} : { shape }) });
  }

  /** @param reference `name` or `name:index` */
  #value(reference: string): string {
    const [, name = reference, index = '0'] = /^(.*?)(?::(\d+))?$/.exec(reference) ?? [];
    const value = (this.#written.get(name) ?? this.#write(name))[Number(index)];
    if (value === undefined) throw fault('MODEL_INVALID', `the model has no value "${reference}"`);
    return value;
  }

  /** Writes a node after everything it needs. */
  #write(name: string): readonly string[] {
    const node = this.#model.nodes.get(name);
    if (!node) throw fault('MODEL_INVALID', `the model has no node "${name}"`);
    const values = this.#convert(node);
    this.#written.set(name, values);
    return values;
  }

  #convert(node: GraphNode): readonly string[] {
    if (node.op === 'Placeholder') return [this.#addInput(node)];
    if (node.op === 'Const') return [this.#addConstant(node)];
    const operator = operators.get(node.op);
    if (!operator) throw fault('MODEL_INVALID', `the operator ${node.op} of "${node.name}" is not known`);
    // `^name` only orders nodes; there is nothing to read from it.
    const inputs = node.inputs.filter((input) => !input.startsWith('^')).map((input) => this.#value(input));
    const values = operator(new ConversionStep(node, this.builder, inputs));
    return typeof values === 'string' ? [values] : values;
  }

  #addInput(node: GraphNode): string {
    const shape = shapeOf(node.attributes.shape?.shape) ?? this.#model.signatureShapes.get(node.name);
    const type: ElementType = tensorflowTypes[node.attributes.dtype?.type ?? ''] ?? 'float32';
    this.inputs.push({ name: node.name, type, ...(shape === undefined ? {} : { shape }) });
    return node.name;
  }

  #addConstant(node: GraphNode): string {
    const tensor = this.#model.constants.get(node.name);
    if (!tensor) throw fault('MODEL_INVALID', `the constant "${node.name}" has no weights`);
    return this.builder.addConstant(tensor);
  }
}
