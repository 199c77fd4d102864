import { type FrameHeader, frameId } from '../../topics/frame-record.ts';
import { formatTimeUs } from '../../topics/record.ts';
import type { Detection, Result } from '../../topics/result-record.ts';
import { agrees, compareDetections, type FrameDifference, severity } from './compare-detections.ts';
import type { Side } from './result-join.ts';

/** One camera's account. */
export interface CameraTally {
  /** Frames that both detectors answered. */
  frames: number;
  agreeing: number;
  /** Objects, over all frames. */
  same: number;
  added: number;
  missing: number;
  moved: number;
  relabelled: number;
  /** Frames that one of the two failed on: they are not compared. */
  failed: number;
  /** Frames that only one of the two answered. */
  onlyFirst: number;
  onlySecond: number;
}

/** A frame on which the two disagree. */
export interface Case {
  /** `<camera>/<session>/<frame>` */
  id: string;
  capturedAt: string;
  frameRef: string;
  severity: number;
  frame: FrameHeader;
  difference: FrameDifference;
}

export interface ComparisonOptions {
  iou: number;
  /** So many of the worst cases are kept. */
  worst: number;
  onCase?: (each: Case) => void;
}

/** Adds up where two detectors disagree, and keeps the worst cases. */
export class Comparison {
  readonly cameras = new Map<string, CameraTally>();
  readonly #options: ComparisonOptions;
  #worst: Case[] = [];

  constructor(options: ComparisonOptions) {
    this.#options = options;
  }

  /** The worst first. */
  get worst(): readonly Case[] {
    return this.#worst;
  }

  pair(first: Result, second: Result): void {
    // Whoever did not look has no opinion.
    if (first.gated || second.gated) return;
    const tally = this.#tally(first.frame.camera);
    tally.frames++;
    if (first.error || second.error) {
      tally.failed++;
      return;
    }
    const difference = compareDetections(first.detections, second.detections, this.#options.iou);
    for (const kind of ['same', 'added', 'missing', 'moved', 'relabelled'] as const) {
      tally[kind] += difference[kind].length;
    }
    if (agrees(difference)) tally.agreeing++;
    else this.#disagree(first, difference);
  }

  alone(side: Side, { frame }: Pick<Result, 'frame'>): void {
    this.#tally(frame.camera)[side === 'first' ? 'onlyFirst' : 'onlySecond']++;
  }

  #disagree({ frame, frameRef }: Result, difference: FrameDifference): void {
    const capturedAt = formatTimeUs(frame.capturedAtUs);
    const found = { id: frameId(frame), capturedAt, frameRef, severity: severity(difference), frame, difference };
    this.#options.onCase?.(found);
    const { worst } = this.#options;
    if (this.#worst.length === worst && found.severity <= (this.#worst.at(-1)?.severity ?? 0)) return;
    this.#worst = [...this.#worst, found].sort((a, b) => b.severity - a.severity).slice(0, worst);
  }

  #tally(camera: string): CameraTally {
    let tally = this.cameras.get(camera);
    if (!tally) {
      tally = {
        frames: 0,
        agreeing: 0,
        same: 0,
        added: 0,
        missing: 0,
        moved: 0,
        relabelled: 0,
        failed: 0,
        onlyFirst: 0,
        onlySecond: 0,
      };
      this.cameras.set(camera, tally);
    }
    return tally;
  }
}

/** `+ person 0.91, − dog 0.44, ↔ person (IoU 0.31), bus ≠ truck` */
export function describeDifference({ added, missing, moved, relabelled }: FrameDifference): string {
  const one = ({ label, score }: Detection): string => `${label} ${score.toFixed(2)}`;
  return [
    ...missing.map((each) => `− ${one(each)}`),
    ...added.map((each) => `+ ${one(each)}`),
    ...moved.map(({ first, iou }) => `↔ ${first.label} (IoU ${iou.toFixed(2)})`),
    ...relabelled.map(({ first, second }) => `${first.label} ≠ ${second.label}`),
  ].join(', ');
}
