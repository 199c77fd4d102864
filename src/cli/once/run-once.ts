import { setTimeout as delay } from 'node:timers/promises';
import { fault } from '../../base/errors.ts';
import type { PartEvent } from '../../stage/supervised-part.ts';
import { describeEvent } from '../journey/describe-event.ts';
import { listenForInterrupt } from '../journey/interrupt.ts';
import { cameraOf, isCapture, Journey, type JourneyPlan } from '../journey/journey.ts';
import { describeShortfall, onceReport, onceTable } from './once-report.ts';
import { OnceWatch } from './once-watch.ts';
import { Progress } from './progress.ts';

export interface OnceOptions {
  /** One object on standard output, and nothing else there. */
  json: boolean;
  /** Ends the run after this time, complete or not. */
  maxTimeMs: number | undefined;
}

const interruptedCode = 130;

/**
 * Runs every file source through, waits for each frame's result, and prints what became of them: a table, or one JSON
 * object.
 *
 * @returns the exit code: 0 only when every frame in has its result out
 * @throws the fault of a part that all others need; INCOMPLETE when frames in and results out differ
 */
export async function runOnce(plan: JourneyPlan, options: OnceOptions): Promise<number> {
  const watch = new OnceWatch(plan.config.cameras.map((camera) => camera.id));
  const progress = terminalProgress();
  const journey = new Journey(plan, listenerOf(watch, progress));
  const interrupt = listenForInterrupt(() => {
    journey.kill();
    process.exit(interruptedCode);
  });
  const timer = new AbortController();
  try {
    const started = journey.start();
    started.catch(() => {});
    const through = started.then(() => watch.whenOver);
    await Promise.race([through, journey.failed, interrupt.requested, timeIsUp(options, timer.signal)]);
  } finally {
    timer.abort();
    progress.end();
    await journey.stop();
    interrupt.release();
  }
  return conclude(watch, options, interrupt.isRequested);
}

function listenerOf(watch: OnceWatch, progress: Progress) {
  return {
    onEvent(event: PartEvent) {
      // The closing table says why a camera was given up, and the command why it ends.
      const line = event.type === 'gave-up' ? undefined : describeEvent(event);
      if (line !== undefined) progress.line(line);
      if (event.type === 'gave-up' && isCapture(event.part)) watch.gaveUp(cameraOf(event.part), event.error);
    },
    onSnapshot(snapshot: Parameters<OnceWatch['saw']>[0]) {
      watch.saw(snapshot);
      progress.show(watch.accounts);
    },
    ...(process.stderr.isTTY ? { onLine: (line: string) => progress.line(line) } : {}),
  };
}

function terminalProgress(): Progress {
  return new Progress({
    write: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY === true,
    width: () => process.stderr.columns || 80,
    nowMs: () => performance.now(),
  });
}

function timeIsUp({ maxTimeMs }: OnceOptions, signal: AbortSignal): Promise<void> {
  if (maxTimeMs === undefined) return new Promise(() => {});
  return delay(maxTimeMs, undefined, { signal }).catch(() => {});
}

function conclude(watch: OnceWatch, { json }: OnceOptions, isInterrupted: boolean): number {
  const outcomes = watch.outcomes();
  const report = onceReport(outcomes);
  process.stdout.write(`${json ? JSON.stringify(report) : onceTable(outcomes)}\n`);
  if (report.ok) return 0;
  if (isInterrupted) return interruptedCode;
  const broken = outcomes.find((outcome) => outcome.error !== undefined);
  const next = broken ? `${broken.camera}: ${broken.error?.next}` : undefined;
  throw fault('INCOMPLETE', describeShortfall(outcomes), { next });
}
