import { jointsOf } from '../../../src/topics/joints.ts';
import type { Scene } from '../../../src/topics/scene.ts';
import type { LiveFrame } from '../live/decode-frame.ts';
import { CameraPictures } from './camera-pictures.ts';

const jointsKey = 'vigil-joints';

/** The pictures of all cameras, and what is drawn over all of them. */
export class PictureWall {
  readonly #byCamera = new Map<string, CameraPictures>();
  readonly #listeners = new Set<() => void>();
  #hasJoints = false;
  #showsJoints = readChoice();

  /** Whether some detector reads joints. */
  get hasJoints(): boolean {
    return this.#hasJoints;
  }

  /** Whether joints are drawn. */
  get showsJoints(): boolean {
    return this.#showsJoints;
  }

  showJoints(isWanted: boolean): void {
    this.#showsJoints = isWanted;
    keepChoice(isWanted);
    for (const pictures of this.#byCamera.values()) pictures.showJoints(isWanted);
    this.#tell();
  }

  /** Hears of what is drawn, not of frames. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  of(camera: string): CameraPictures {
    const pictures = this.#byCamera.get(camera) ?? new CameraPictures({ showsJoints: this.#showsJoints });
    this.#byCamera.set(camera, pictures);
    return pictures;
  }

  showScenes(scenes: Readonly<Record<string, Scene>>): void {
    for (const [camera, scene] of Object.entries(scenes)) this.of(camera).showScene(scene);
  }

  receive(frame: LiveFrame): void {
    this.of(frame.camera).receive(frame);
    if (this.#hasJoints || !frame.detections.some((each) => jointsOf(each))) return;
    this.#hasJoints = true;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Joints are drawn unless somebody has said no; a browser may refuse to remember. */
function readChoice(): boolean {
  try {
    return localStorage.getItem(jointsKey) !== 'hidden';
  } catch {
    return true;
  }
}

function keepChoice(isWanted: boolean): void {
  try {
    localStorage.setItem(jointsKey, isWanted ? 'shown' : 'hidden');
  } catch {
    // It is forgotten with this page.
  }
}
