import type { JpegFrame, Sight } from '../inference/detector.ts';
import type { RemoteModel } from '../remote/remote-model.ts';
import type { StepName } from '../steps/step-names.ts';

/** Whatever looks at frames for a detector: inference threads here, a server elsewhere, or nothing but a pause. */
export interface Looker {
  /** Name of the model that looks: another one than was asked for where that could not be had. */
  readonly model: string;
  /** Frames that keep it busy; more only wait for each other. May change while it runs. */
  readonly concurrency: number;
  /** Rejects when it can look at nothing any more; pending frames are rejected with it. */
  readonly failed: Promise<never>;
  /**
   * Looks at one frame; calls overlap.
   *
   * @throws FRAME_UNDECODABLE, INFERENCE_FAILED when it is the frame's own fault; anything else is the looker's, and
   *   then the frame was not looked at
   */
  look(frame: JpegFrame): Promise<Sight>;
  /**
   * Everything is about to end: rejects what waits for something that may never come, such as a server that is away. It
   * was not looked at.
   */
  giveUpWaiting(): void;
  /** Nothing may be looked at any more; what is in hand is finished or rejected. */
  close(): Promise<void>;
}

export interface LookerOptions {
  /**
   * The name of a built-in model, the path of an .onnx file or of its manifest, `delay:<duration>`, or a server: its
   * address alone, or with what else it needs.
   */
  model: string | RemoteModel;
  /** Only these labels are reported; left out: all that the model knows. */
  labels?: readonly string[];
  /** 0..1; left out: the model's own. */
  threshold?: number;
  /** What looks at each frame after the model, on the same decoded picture. */
  steps?: readonly StepName[];
  /** Inference threads; `auto` is one per core. A server has its own number of requests. */
  workers: 'auto' | number;
}
