/** A small grey picture, one byte a pixel, row by row. */
export interface GreyPicture {
  pixels: Uint8Array;
  width: number;
  height: number;
}

export interface MotionGateSettings {
  /** A pixel that differs from the background by less than this never counts, 0..255. */
  leastDifference: number;
  /** A pixel counts when it differs by more than so many times its usual noise. */
  timesNoise: number;
  /** So many pixels that count, side by side or not, are something. */
  leastPixels: number;
  /** How long the gate stays open after something was there. */
  holdMs: number;
  /** What has not changed for so long is background: a door that was left open, or somebody who does not stir at all. */
  settleMs: number;
  /** An open look this often, whatever the gate says: a miss lasts no longer. */
  refreshMs: number;
}

export const defaultMotionGateSettings: MotionGateSettings = {
  leastDifference: 14,
  timesNoise: 5,
  leastPixels: 5,
  holdMs: 1000,
  settleMs: 30_000,
  refreshMs: 10_000,
};

export interface Glance {
  /** Whether a model should look. */
  isOpen: boolean;
  /** Share of the pixels that differ from the background. */
  changedShare: number;
}

/** Light and noise change within about this time. */
const adaptMs = 4000;
/** The background is learnt from the first pictures: meanwhile the gate is open. */
const learnMs = 1000;
const firstNoise = 3;

/**
 * Tells whether anything but the background is in a picture, so that a model need not look at empty scenes: each pixel
 * has a mean and a usual noise, and what differs from both is something, until it has not changed for a while. A change of light, the same everywhere, is
 * taken out first. Pure; times are stream times.
 */
export class MotionGate {
  readonly #settings: MotionGateSettings;
  #mean = new Float32Array(0);
  #noise = new Float32Array(0);
  /** What each pixel showed when it changed last, and when that was. */
  #shown = new Uint8Array(0);
  #shownUs = new Float64Array(0);
  #firstUs = 0;
  #lastUs = 0;
  #somethingUs = Number.NEGATIVE_INFINITY;
  #openedUs = Number.NEGATIVE_INFINITY;

  constructor(settings: Partial<MotionGateSettings> = {}) {
    this.#settings = { ...defaultMotionGateSettings, ...settings };
  }

  look({ pixels }: GreyPicture, ptsUs: number): Glance {
    if (pixels.length !== this.#mean.length) this.#learnAnew(pixels, ptsUs);
    const { holdMs, leastPixels, refreshMs } = this.#settings;
    const changed = this.#compare(pixels, ptsUs);
    this.#lastUs = ptsUs;
    if (changed >= leastPixels) this.#somethingUs = ptsUs;
    const isOpen =
      ptsUs - this.#firstUs < learnMs * 1000 ||
      ptsUs - this.#somethingUs <= holdMs * 1000 ||
      ptsUs - this.#openedUs >= refreshMs * 1000;
    if (isOpen) this.#openedUs = ptsUs;
    return { isOpen, changedShare: changed / pixels.length };
  }

  #learnAnew(pixels: Uint8Array, ptsUs: number): void {
    this.#mean = Float32Array.from(pixels);
    this.#noise = new Float32Array(pixels.length).fill(firstNoise);
    this.#shown = Uint8Array.from(pixels);
    this.#shownUs = new Float64Array(pixels.length).fill(ptsUs);
    this.#firstUs = ptsUs;
    this.#lastUs = ptsUs;
  }

  /** @returns how many pixels are not background; the background follows what it sees */
  #compare(pixels: Uint8Array, ptsUs: number): number {
    const { leastDifference, timesNoise, settleMs } = this.#settings;
    const shift = medianDifference(pixels, this.#mean);
    const adapt = 1 - Math.exp(-Math.max(0, ptsUs - this.#lastUs) / 1000 / adaptMs);
    let changed = 0;
    for (let index = 0; index < pixels.length; index++) {
      const [pixel, mean, noise] = [pixels[index] ?? 0, this.#mean[index] ?? 0, this.#noise[index] ?? firstNoise];
      const own = Math.abs(pixel - mean - shift);
      const tolerance = Math.max(leastDifference, timesNoise * noise);
      if (Math.abs(pixel - (this.#shown[index] ?? 0)) > tolerance) this.#show(index, pixel, ptsUs);
      if (own <= tolerance) {
        this.#mean[index] = mean + (pixel - mean) * adapt;
        this.#noise[index] = noise + (own - noise) * adapt;
      } else if (ptsUs - (this.#shownUs[index] ?? 0) >= settleMs * 1000) {
        this.#mean[index] = pixel;
        this.#noise[index] = firstNoise;
      } else changed++;
    }
    return changed;
  }

  #show(index: number, pixel: number, ptsUs: number): void {
    this.#shown[index] = pixel;
    this.#shownUs[index] = ptsUs;
  }
}

/** A change of light moves most pixels by the same: the median of a sample tells by how much. */
function medianDifference(pixels: Uint8Array, mean: Float32Array): number {
  const step = Math.max(1, Math.floor(pixels.length / 257));
  const sample: number[] = [];
  for (let index = 0; index < pixels.length; index += step) sample.push((pixels[index] ?? 0) - (mean[index] ?? 0));
  sample.sort((a, b) => a - b);
  return sample[sample.length >> 1] ?? 0;
}
