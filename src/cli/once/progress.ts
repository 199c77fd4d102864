import type { CameraAccount } from '../../topics/camera-account.ts';

export interface ProgressOptions {
  write(text: string): void;
  /** A line that redraws itself; else a plain line every few seconds. */
  isTerminal: boolean;
  /** Of the terminal, in characters. */
  width: () => number;
  nowMs(): number;
}

const plainEveryMs = 3000;
const drawEveryMs = 100;
const barWidth = 24;

/** Shows how far a run is. */
export class Progress {
  readonly #options: ProgressOptions;
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #shown = '';

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  show(accounts: readonly CameraAccount[]): void {
    const { isTerminal, nowMs, width, write } = this.#options;
    const now = nowMs();
    if (now - this.#shownAtMs < (isTerminal ? drawEveryMs : plainEveryMs)) return;
    const text = describeProgress(accounts);
    if (text === this.#shown) return;
    this.#shownAtMs = now;
    this.#shown = text;
    if (isTerminal) write(`\r\x1b[K${`${bar(accounts)} ${text}`.slice(0, Math.max(20, width() - 1))}`);
    else write(`${text}\n`);
  }

  /** Prints a line of its own above a bar. */
  line(text: string): void {
    this.#options.write(this.#options.isTerminal ? `\r\x1b[K${text}\n` : `${text}\n`);
    this.#shown = '';
    this.#shownAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#options.isTerminal) this.#options.write('\r\x1b[K');
  }
}

/** `entrance 512 in, 430 out, 43.1 fps · yard …` */
export function describeProgress(accounts: readonly CameraAccount[]): string {
  if (accounts.length === 0) return 'waiting for the first frame';
  return accounts
    .map(({ camera, captured, results, fps, failed, lost }) => {
      const trouble = `${failed > 0 ? `, ${failed} failed` : ''}${lost > 0 ? `, ${lost} lost` : ''}`;
      return `${camera} ${captured} in, ${results} out, ${fps.toFixed(1)} fps${trouble}`;
    })
    .join(' · ');
}

function bar(accounts: readonly CameraAccount[]): string {
  const captured = accounts.reduce((sum, account) => sum + account.captured, 0);
  const results = accounts.reduce((sum, account) => sum + account.results, 0);
  const filled = captured === 0 ? 0 : Math.floor((results / captured) * barWidth);
  return `[${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}]`;
}
