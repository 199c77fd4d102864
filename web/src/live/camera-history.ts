import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import { waitingFrames } from './waiting-frames.ts';

/** Series over time, in columns: seconds since 1970, then the values. */
export type Columns = (number | null)[][];

export const historySeconds = 120;

/** The last two minutes of a camera, as this page saw them. */
export class CameraHistory {
  #atSeconds: number[] = [];
  #fps: number[] = [];
  #p50: (number | null)[] = [];
  #p99: (number | null)[] = [];
  #waiting: number[] = [];

  add(account: CameraAccount, atMs: number): void {
    const { fps, latencyMs } = account;
    const atSeconds = atMs / 1000;
    // A snapshot heard again after a reconnect, or a server whose clock was set back.
    if (atSeconds <= (this.#atSeconds.at(-1) ?? 0)) return;
    this.#atSeconds.push(atSeconds);
    this.#fps.push(fps);
    this.#p50.push(latencyMs?.p50 ?? null);
    this.#p99.push(latencyMs?.p99 ?? null);
    this.#waiting.push(waitingFrames(account));
    const stale = this.#atSeconds.findIndex((each) => each >= atSeconds - historySeconds);
    for (const column of this.#columns()) column.splice(0, stale);
  }

  get fps(): Columns {
    return [this.#atSeconds, this.#fps];
  }

  get latency(): Columns {
    return [this.#atSeconds, this.#p50, this.#p99];
  }

  get waiting(): Columns {
    return [this.#atSeconds, this.#waiting];
  }

  #columns(): (number | null)[][] {
    return [this.#atSeconds, this.#fps, this.#p50, this.#p99, this.#waiting];
  }
}
