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

  receive(frame: LiveFrame): void {
    this.of(frame.camera).receive(frame);
  }
}
