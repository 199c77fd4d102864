import type { PhotoFace, PhotoReader } from '../../src/detect/faces/photo-faces.ts';
import type { FaceAttribute } from '../../src/topics/face-attribute.ts';
import { Random } from '../../test/stage/order/random.ts';

/** What a camera would see of the faces of photos while people walk up to it. */
export class FaceViews {
  readonly #reader: PhotoReader;
  readonly #views = new Map<FaceAttribute, FaceAttribute[]>();
  readonly #random = new Random(11);

  constructor(reader: PhotoReader) {
    this.#reader = reader;
  }

  /** Reads photos as they are, and their views beside them. */
  get reader(): PhotoReader {
    return {
      read: async (photo) => {
        const found = await this.#reader.read(photo);
        await this.#view(photo, found);
        return found;
      },
      close: () => this.#reader.close(),
    };
  }

  /** The faces of one track, in their order; those that were not found are left out. */
  of(face: FaceAttribute): readonly FaceAttribute[] {
    return this.#views.get(face) ?? [];
  }

  async #view(photo: Uint8Array, found: readonly PhotoFace[]): Promise<void> {
    const { default: sharp } = await import('sharp');
    const [largest] = found;
    if (!largest) return;
    for (const { face } of found) this.#views.set(face, []);
    const { width = 0, height = 0 } = await sharp(photo).metadata();
    const shown = Math.min(1, 1280 / Math.max(width, height));
    for (const eyesPx of eyes) {
      const scale = Math.min(1, eyesPx / largest.face.quality.eyesPx) * shown;
      const view = await sharp(photo)
        .flatten()
        .resize({ width: Math.max(64, Math.round(width * scale)) })
        .modulate({ brightness: 0.75 + 0.5 * this.#random.next() })
        .blur(0.3 + 0.5 * this.#random.next())
        .rotate(8 * (this.#random.next() - 0.5), { background: '#777777' })
        .jpeg({ quality: Math.round(60 + 25 * this.#random.next()) })
        .toBuffer({ resolveWithObject: true });
      this.#match(found, await this.#reader.read(view.data), {
        before: { width: width * shown, height: height * shown },
        after: view.info,
      });
    }
  }

  /** The same place in the picture is the same face. */
  #match(found: readonly PhotoFace[], seen: readonly PhotoFace[], sizes: { before: Size; after: Size }): void {
    for (const { face } of seen) {
      const at = centreOf(face, sizes.after);
      const near = found
        .map((each) => ({ each, away: away(centreOf(each.face, sizes.before), at) }))
        .toSorted((a, b) => a.away - b.away)[0];
      if (near && near.away < nearBy) this.#views.get(near.each.face)?.push(face);
    }
  }
}

interface Size {
  width: number;
  height: number;
}

/** Pixels between the eyes of the largest face of a photo, view by view. */
const eyes = [16, 19, 22, 25, 28, 32, 36, 40, 45, 50];
/** Shares of the picture. */
const nearBy = 0.08;

/** From the middle of the picture, as shares of its width: turning enlarges it on all sides. */
function centreOf({ box }: FaceAttribute, { width, height }: Size): [number, number] {
  return [(box.x + box.width / 2 - width / 2) / width, (box.y + box.height / 2 - height / 2) / width];
}

function away([x, y]: [number, number], [a, b]: [number, number]): number {
  return Math.hypot(x - a, y - b);
}
