import { setTimeout as delay } from 'node:timers/promises';
import { describeError, fault, type VigilError } from '../../base/errors.ts';
import type { PartEvent } from '../../stage/supervised-part.ts';
import { describeEvent } from '../journey/describe-event.ts';
import { type Interrupt, listenForInterrupt } from '../journey/interrupt.ts';
import { cameraOf, isCapture, Journey, type JourneyPlan } from '../journey/journey.ts';
import { followersOf, whenFollowedUp } from './follow-up.ts';
import { describeShortfall, type OnceReport, onceReport, onceTable } from './once-report.ts';
import { type CameraOutcome, OnceWatch } from './once-watch.ts';
import { Progress } from './progress.ts';

export interface OnceOptions {
  /** One object on standard output, and nothing else there. */
  json: boolean;
  /** Ends the run after this time, complete or not. */
  maxTimeMs: number | undefined;
}

const interruptedCode = 130;
/** A notifier that is away is not waited for without end: what it was not told of waits in the log. */
const followUpWithinMs = 30_000;

/**
 * Runs every file source through, waits for each frame's result and for what follows from it (tracks, alarms, telling of
 * them), and prints what became of them: a table, or one JSON
 * object.
 *
 * @returns the exit code: 0 only when every frame in has its result out
 * @throws the fault of a part that all others need; INCOMPLETE when frames in and results out differ
 */
export async function runOnce(plan: JourneyPlan, options: OnceOptions): Promise<number> {
  const startedAtMs = performance.now();
  const watch = new OnceWatch(plan.config.cameras.map((camera) => camera.id));
  const progress = terminalProgress();
  const journey = new Journey(plan, listenerOf(watch, progress, options));
  const interrupt = listenForInterrupt(() => {
    journey.kill();
    process.exit(interruptedCode);
  });
  let end: End;
  try {
    end = await waitForEnd(journey, watch, interrupt, options);
    const leftMs = (options.maxTimeMs ?? Number.POSITIVE_INFINITY) - (performance.now() - startedAtMs);
    const withinMs = Math.min(followUpWithinMs, leftMs);
    if (end.isThrough) await waitForFollowers({ journey, plan, interrupt, progress, withinMs });
  } finally {
    progress.end();
    await journey.stop();
    interrupt.release();
  }
  process.stdout.write(`${options.json ? JSON.stringify(end.report) : onceTable(end.outcomes)}\n`);
  if (end.report.ok) return 0;
  if (interrupt.isRequested) return interruptedCode;
  throw incomplete(end.outcomes);
}

interface End {
  outcomes: CameraOutcome[];
  report: OnceReport;
  isThrough: boolean;
}

/** What has become of the cameras when they are through, or when the run was ended before that. */
async function waitForEnd(
  journey: Journey,
  watch: OnceWatch,
  interrupt: Interrupt,
  options: OnceOptions,
): Promise<End> {
  const timer = new AbortController();
  const started = journey.start();
  started.catch(() => {});
  try {
    const isThrough = await Promise.race([
      started.then(() => watch.whenOver).then(() => true),
      journey.failed,
      interrupt.requested.then(() => false),
      timeIsUp(options, timer.signal).then(() => false),
    ]);
    // Now: once told to end, a camera says that it has ended, though its film goes on.
    const outcomes = watch.outcomes();
    return { outcomes, report: onceReport(outcomes, isThrough), isThrough };
  } finally {
    timer.abort();
  }
}

interface FollowersToWaitFor {
  journey: Journey;
  plan: JourneyPlan;
  interrupt: Interrupt;
  progress: Progress;
  withinMs: number;
}

/** What is not through in time is said, and fails nothing: it is in the log, and the next run goes on with it. */
async function waitForFollowers({ journey, plan, interrupt, progress, withinMs }: FollowersToWaitFor): Promise<void> {
  const ending = new AbortController();
  void interrupt.requested.then(() => ending.abort());
  try {
    const { brokers } = journey;
    const asked = { brokers, followers: followersOf(plan), withinMs, signal: ending.signal };
    for (const { title } of await whenFollowedUp(asked)) {
      progress.line(`${title}: not through yet; what is left waits in the log for the next run`);
    }
  } catch (error) {
    progress.line(`${describeError(error)}; what follows from the results was not waited for`);
  }
}

function listenerOf(watch: OnceWatch, progress: Progress, { json }: Pick<OnceOptions, 'json'>) {
  return {
    // With --json the standard output holds one object and nothing else.
    onPrint: (line: string) => (json ? progress.line(line) : void process.stdout.write(`${line}\n`)),
    onEvent(event: PartEvent) {
      // The closing table says why a camera was given up, and the command why it ends.
      const line = event.type === 'gave-up' ? undefined : describeEvent(event);
      if (line !== undefined) progress.line(line);
      if (event.type === 'gave-up' && isCapture(event.part)) watch.gaveUp(cameraOf(event.part), event.error);
    },
    onNote: (line: string) => progress.line(line),
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

function incomplete(outcomes: readonly CameraOutcome[]): VigilError {
  const broken = outcomes.find((outcome) => outcome.error !== undefined);
  const next = broken ? `${broken.camera}: ${broken.error?.next}` : undefined;
  return fault('INCOMPLETE', describeShortfall(outcomes), { next });
}
