import type { Scene } from '../../../src/topics/scene.ts';
import type { LiveFrame } from '../live/decode-frame.ts';
import { CameraPictures } from './camera-pictures.ts';

/** The pictures of all cameras. */
export class PictureWall {
  readonly #byCamera = new Map<string, CameraPictures>();

  of(camera: string): CameraPictures {
    const pictures = this.#byCamera.get(camera) ?? new CameraPictures();
    this.#byCamera.set(camera, pictures);
    return pictures;
  }

  showScenes(scenes: Readonly<Record<string, Scene>>): void {
    for (const [camera, scene] of Object.entries(scenes)) this.of(camera).showScene(scene);
  }

  receive(frame: LiveFrame): void {
    this.of(frame.camera).receive(frame);
  }
}
