import { pageBytes } from '../../base/wasm/assemble.ts';
import { embeddingLength } from '../../topics/face-attribute.ts';
import { openScanModule, rowBytes, type ScanModule } from './scan-module.ts';

export interface Match {
  /** Whose embedding it is. */
  id: string;
  /** Euclidean. */
  distance: number;
}

/**
 * Embeddings are kept twice: exactly, and as 16-bit integers in steps of 1/8192, of which dot products are quick. What
 * those find is measured exactly. An embedding of dlib's net is 1.2 to 1.6 long; up to 3 fits.
 */
const steps = 8192;
const longestNorm = 3;
/** The integers may be off by half a step in each of 128 places, in both vectors: far below this. */
const slackSquared = 0.02;
const queryAddress = 0;
const firstRow = rowBytes;

/** Finds the nearest of very many embeddings: exact, and quick enough to be asked for every face of every frame. */
export class Gallery {
  readonly #module: ScanModule = openScanModule();
  readonly #ids: string[] = [];
  readonly #exact: Float32Array[] = [];
  #squaredNorms = new Float64Array(64);

  get size(): number {
    return this.#ids.length;
  }

  /**
   * Adds one embedding; a person may have several.
   *
   * @throws RangeError when it is not 128 finite numbers of a length up to 3
   */
  add(id: string, embedding: Float32Array): void {
    const squaredNorm = checkedSquaredNorm(embedding);
    const row = this.#ids.length;
    this.#reserve(row + 1);
    this.#ids.push(id);
    this.#exact.push(Float32Array.from(embedding));
    this.#squaredNorms[row] = squaredNorm;
    this.#write(firstRow + row * rowBytes, embedding);
  }

  /** Removes every embedding of a person. @returns how many they were */
  remove(id: string): number {
    let removed = 0;
    for (let row = this.#ids.length - 1; row >= 0; row--) {
      if (this.#ids[row] !== id) continue;
      this.#removeRow(row);
      removed++;
    }
    return removed;
  }

  /**
   * The nearest embeddings, one for each person, nearest first.
   *
   * @param most how many persons at most
   * @param withinDistance those further away are left out
   */
  match(embedding: Float32Array, { most = 1, withinDistance = Number.POSITIVE_INFINITY } = {}): Match[] {
    const squaredNorm = checkedSquaredNorm(embedding);
    if (this.size === 0) return [];
    this.#write(queryAddress, embedding);
    const dots = this.#dotsAddress();
    this.#module.scan(firstRow, this.size, queryAddress, dots);
    const found = new Int32Array(this.#module.memory.buffer, dots, this.size);
    return this.#nearest(found, { embedding, squaredNorm, most, withinSquared: withinDistance ** 2 });
  }

  #nearest(dots: Int32Array, { embedding, squaredNorm, most, withinSquared }: NearestOptions): Match[] {
    const best = new Map<string, number>();
    let limit = withinSquared;
    for (let row = 0; row < dots.length; row++) {
      const about = squaredNorm + (this.#squaredNorms[row] ?? 0) - (2 * (dots[row] ?? 0)) / steps ** 2;
      if (about > limit + slackSquared) continue;
      const exact = squaredDistance(embedding, this.#exact[row] ?? embedding);
      const id = this.#ids[row] ?? '';
      if (exact > limit || exact >= (best.get(id) ?? Number.POSITIVE_INFINITY)) continue;
      best.set(id, exact);
      limit = Math.min(withinSquared, keepNearest(best, most));
    }
    return [...best]
      .map(([id, squared]) => ({ id, distance: Math.sqrt(squared) }))
      .sort((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
  }

  #removeRow(row: number): void {
    const last = this.#ids.length - 1;
    const [id, exact] = [this.#ids[last], this.#exact[last]];
    if (id !== undefined && exact) {
      this.#ids[row] = id;
      this.#exact[row] = exact;
      this.#squaredNorms[row] = this.#squaredNorms[last] ?? 0;
      this.#write(firstRow + row * rowBytes, exact);
    }
    this.#ids.pop();
    this.#exact.pop();
  }

  #write(address: number, embedding: Float32Array): void {
    const row = new Int16Array(this.#module.memory.buffer, address, embeddingLength);
    for (let index = 0; index < embeddingLength; index++) row[index] = Math.round((embedding[index] ?? 0) * steps);
  }

  /** The products lie behind the rows. */
  #dotsAddress(): number {
    return firstRow + this.#capacity * rowBytes;
  }

  get #capacity(): number {
    return this.#squaredNorms.length;
  }

  #reserve(rows: number): void {
    if (rows > this.#capacity) {
      const grown = new Float64Array(2 * this.#capacity);
      grown.set(this.#squaredNorms);
      this.#squaredNorms = grown;
    }
    const { memory } = this.#module;
    const needed = firstRow + this.#capacity * (rowBytes + 4);
    const missing = needed - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  }
}

interface NearestOptions {
  embedding: Float32Array;
  squaredNorm: number;
  most: number;
  withinSquared: number;
}

/** Leaves the nearest in the map. @returns the squared distance that the next one has to stay below */
function keepNearest(best: Map<string, number>, most: number): number {
  if (best.size < most) return Number.POSITIVE_INFINITY;
  let [farthest, distance] = ['', -1];
  for (const [id, squared] of best) if (squared > distance) [farthest, distance] = [id, squared];
  if (best.size === most) return distance;
  best.delete(farthest);
  return Math.max(...best.values());
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < embeddingLength; index++) sum += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2;
  return sum;
}

function checkedSquaredNorm(embedding: Float32Array): number {
  if (embedding.length !== embeddingLength) {
    throw new RangeError(`an embedding has ${embeddingLength} numbers, found ${embedding.length}`);
  }
  let sum = 0;
  for (const value of embedding) sum += value * value;
  if (sum <= longestNorm ** 2) return sum;
  throw new RangeError(`an embedding is at most ${longestNorm} long, found ${Math.sqrt(sum)}`);
}
