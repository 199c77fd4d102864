import { describeEvent } from './describe-event.ts';
import { listenForInterrupt } from './interrupt.ts';
import { Journey, type JourneyPlan } from './journey.ts';

/** Exit code of a command that was ended by a second Ctrl-C. */
const interruptedCode = 130;

/**
 * Runs the journey until a person ends it, and says in a few lines what runs where.
 *
 * @param describeStart the lines to print once everything is ready
 * @returns the exit code
 * @throws the fault of a part that all others need
 */
export async function runLive(plan: JourneyPlan, describeStart: (journey: Journey) => string[]): Promise<number> {
  const journey = new Journey(plan, {
    onEvent(event) {
      const line = describeEvent(event);
      if (line !== undefined) warn(line);
    },
    onSnapshot() {},
  });
  const interrupt = listenForInterrupt(() => {
    journey.kill();
    process.exit(interruptedCode);
  });
  try {
    const started = journey.start();
    started.catch(() => {});
    await Promise.race([started, journey.failed, interrupt.requested]);
    if (!interrupt.isRequested) {
      for (const line of describeStart(journey)) process.stdout.write(`${line}\n`);
      await Promise.race([journey.failed, interrupt.requested]);
    }
    if (interrupt.isRequested) process.stderr.write('stopping …\n');
  } finally {
    await journey.stop();
    interrupt.release();
  }
  return 0;
}

function warn(line: string): void {
  process.stderr.write(`${line}\n`);
}
