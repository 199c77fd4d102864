import type { DecoderName } from '../decoders/decoder-names.ts';

/** One file of a model, pinned. */
export interface ModelFile {
  /** Name in the cache and in a folder of models. */
  fileName: string;
  /** Where `vigil models pull` gets it; absent when it cannot be downloaded as it is. */
  url?: string;
  /** Lower-case hexadecimal; every export that is known to be good, the downloadable one first. */
  sha256: readonly string[];
  sizeBytes: number;
}

/** How a picture becomes the model's input tensor. */
export interface ModelInput {
  /** Tensor name. */
  name: string;
  /** Pixels. */
  width: number;
  height: number;
  layout: 'nchw' | 'nhwc';
  colours: 'rgb' | 'bgr';
  /** Every value is (pixel − mean) × scale with pixel in 0..255; both in the order of `colours`. */
  mean: readonly [number, number, number];
  scale: readonly [number, number, number];
  /**
   * `letterbox`: the whole picture at its own aspect ratio in the top left corner, the rest filled;
   * `letterbox-centre`: the same, in the middle; `stretch`: the picture over the whole input.
   */
  fit: 'letterbox' | 'letterbox-centre' | 'stretch';
  /** Pixel value (0..255) beside a letterboxed picture. */
  fill: number;
}

/** A model that ships inside an npm package and is converted once. */
export interface CarriedModel {
  /** For example `@vladmandic/human`. */
  packageName: string;
  /** Path inside the package: of model.json, or of the list of weights. */
  modelJson: string;
  /**
   * What is carried: a TensorFlow.js graph model, of which these nodes become the outputs, or the weights alone of a
   * network whose graph the converter knows.
   */
  outputs?: readonly string[];
  /** Nodes inside that graph that become its inputs, and their shapes: what goes before them is done without the model. */
  inputs?: Readonly<Record<string, readonly number[]>>;
  network?: 'face-recognition-net';
}

/** A model whose input and outputs are for the code that uses it to know. */
export type BareManifest = Pick<ModelManifest, 'name' | 'summary' | 'licence' | 'source' | 'file' | 'carried'>;

/** Everything Vigil needs to know of a model. */
export interface ModelManifest {
  name: string;
  summary: string;
  /** SPDX identifier, or words where there is none. */
  licence: string;
  /** Where the weights come from, for the credits. */
  source: string;
  file: ModelFile;
  carried?: CarriedModel;
  input: ModelInput;
  decoder: DecoderName;
  /** Tensor names the decoder reads, in its order; their shapes are the decoder's. */
  outputs: readonly string[];
  /** Index = class number of the model. */
  labels: readonly string[];
  /** Detections below it are not reported, 0..1. */
  threshold: number;
  /** Two boxes of one class that overlap by more than this (intersection over union) are one. */
  nmsIou: number;
}
