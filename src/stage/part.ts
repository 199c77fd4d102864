/** A part of Vigil that runs inside this process: a capture, a detector, the page's server. */
export interface RunningPart {
  /** Resolves when the part has nothing left to do (all file sources through); rejects with the fault that ended it. */
  readonly done: Promise<void>;
  /** Ends the part: finishes what is in hand, flushes, closes connections. Safe to call twice. */
  close(): Promise<void>;
}
