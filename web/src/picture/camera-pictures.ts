import { type Joint, jointsOf } from '../../../src/topics/joints.ts';
import type { LiveFrameHeader } from '../../../src/topics/live-message.ts';
import type { Detection } from '../../../src/topics/result-record.ts';
import { emptyScene, type Scene } from '../../../src/topics/scene.ts';
import type { LiveFrame } from '../live/decode-frame.ts';
import { JointSmoother } from './smooth-joints.ts';

/** A decoded frame together with what was seen in that very frame. */
export interface Picture {
  header: LiveFrameHeader;
  /** Undefined when results do not carry their frame. */
  bitmap: ImageBitmap | undefined;
  /** What other detectors said of the same frame. */
  others: LiveFrameHeader[];
  /** Zones, lines and masks of the camera. */
  scene: Scene;
  /** Smoothed joints of those detections that have some. */
  joints: ReadonlyMap<Detection, readonly Joint[]>;
}

/** Results of other detectors that are kept until their frame is shown. */
const keptResults = 64;

/**
 * The pictures of one camera, decoded once for everyone who shows them. While one is being decoded only the newest of
 * those that follow is kept: a slow device shows fewer pictures, never older ones.
 */
export class CameraPictures {
  #picture: Picture | undefined;
  #next: LiveFrame | undefined;
  #isDecoding = false;
  #scene: Scene = emptyScene;
  #followed: string | undefined;
  #others: LiveFrameHeader[] = [];
  readonly #smoother = new JointSmoother();
  #showsJoints: boolean;
  readonly #detectors = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor({ showsJoints }: { showsJoints: boolean }) {
    this.#showsJoints = showsJoints;
  }

  get picture(): Picture | undefined {
    return this.#picture;
  }

  /** Every detector that was heard of, the first one first. */
  get detectors(): string[] {
    return [...this.#detectors];
  }

  /** The detector whose frames are shown; boxes of others are added when they belong to the same frame. */
  get followed(): string | undefined {
    return this.#followed;
  }

  showScene(scene: Scene): void {
    this.#scene = scene;
    if (this.#picture) this.#picture.scene = scene;
    this.#tell();
  }

  follow(detector: string): void {
    this.#followed = detector;
    this.#tell();
  }

  receive(frame: LiveFrame): void {
    this.#detectors.add(frame.detector);
    this.#followed ??= frame.detector;
    if (frame.detector !== this.#followed) {
      this.#addOther(frame);
      return;
    }
    this.#next = frame;
    if (!this.#isDecoding) void this.#decodeAll();
  }

  /** Whether joints are drawn. */
  get showsJoints(): boolean {
    return this.#showsJoints;
  }

  showJoints(isWanted: boolean): void {
    this.#showsJoints = isWanted;
    this.#tell();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #decodeAll(): Promise<void> {
    this.#isDecoding = true;
    try {
      while (this.#next) {
        const frame = this.#next;
        this.#next = undefined;
        const bitmap = await decodeJpeg(frame.jpeg);
        this.#show(frame, bitmap);
      }
    } finally {
      // Whatever one frame did, the next one gets its chance.
      this.#isDecoding = false;
    }
  }

  #show({ jpeg: _, ...header }: LiveFrame, bitmap: ImageBitmap | undefined): void {
    this.#picture?.bitmap?.close();
    const others = this.#others.filter((each) => isSameFrame(each, header) && each.detector !== header.detector);
    this.#picture = { header, bitmap, others, scene: this.#scene, joints: this.#jointsOf(header) };
    this.#tell();
  }

  #jointsOf({ detections, capturedAtUs }: LiveFrameHeader): Map<Detection, readonly Joint[]> {
    const people = detections.map((detection) => ({ detection, box: detection.box, joints: jointsOf(detection) }));
    const smoothed = this.#smoother.smooth(
      people.map(({ box, joints }) => ({ box, ...(joints ? { joints } : {}) })),
      capturedAtUs,
    );
    return new Map(
      people.flatMap(({ detection }, index) => {
        const joints = smoothed[index];
        return joints ? [[detection, joints] as const] : [];
      }),
    );
  }

  #addOther({ jpeg: _, ...header }: LiveFrame): void {
    this.#others = [...this.#others.slice(1 - keptResults), header];
    if (!this.#picture || !isSameFrame(this.#picture.header, header)) return;
    this.#picture.others.push(header);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function isSameFrame(a: LiveFrameHeader, b: LiveFrameHeader): boolean {
  return a.frame === b.frame && a.session === b.session;
}

/** @returns undefined for no picture, and for bytes that are none */
async function decodeJpeg(jpeg: Uint8Array<ArrayBuffer>): Promise<ImageBitmap | undefined> {
  if (jpeg.length === 0) return undefined;
  return createImageBitmap(new Blob([jpeg], { type: 'image/jpeg' })).catch(() => undefined);
}
