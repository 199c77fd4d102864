import { describeEvent } from './describe-event.ts';
import { listenForInterrupt } from './interrupt.ts';
import { isCapture, Journey, type JourneyPlan } from './journey.ts';

/** Exit code of a command that was ended by a second Ctrl-C. */
const interruptedCode = 130;

/**
 * Runs the journey until a person ends it or nothing is left to do, and says in a few lines what runs where.
 *
 * @param describeStart the lines to print once everything is ready
 * @returns the exit code
 * @throws the fault of a part that all others need
 */
export async function runLive(plan: JourneyPlan, describeStart: (journey: Journey) => string[]): Promise<number> {
  const journey = new Journey(plan, {
    onEvent(event) {
      // What all others need ends the command, which then says why.
      const isLast = event.type === 'gave-up' && !isCapture(event.part);
      const line = isLast ? undefined : describeEvent(event);
      if (line !== undefined) process.stderr.write(`${line}\n`);
    },
    onNote: (line) => process.stderr.write(`${line}\n`),
    onPrint: (line) => process.stdout.write(`${line}\n`),
    onSnapshot() {},
  });
  const interrupt = listenForInterrupt(() => {
    journey.kill();
    process.exit(interruptedCode);
  });
  process.stderr.write('starting …\n');
  try {
    const started = journey.start();
    started.catch(() => {});
    await Promise.race([started, journey.failed, interrupt.requested]);
    if (!interrupt.isRequested) {
      for (const line of describeStart(journey)) process.stdout.write(`${line}\n`);
      await Promise.race([journey.failed, journey.whenOver(), interrupt.requested]);
    }
    if (interrupt.isRequested) process.stderr.write('stopping …\n');
  } finally {
    await journey.stop();
    interrupt.release();
  }
  return 0;
}
