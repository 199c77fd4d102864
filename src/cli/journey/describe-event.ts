import { describeError } from '../../base/errors.ts';
import { describeExit, type PartEvent } from '../../stage/supervised-part.ts';

/** What a person is told of a part; undefined where all is as it should be. */
export function describeEvent(event: PartEvent): string | undefined {
  switch (event.type) {
    case 'ready':
      return event.restarts === 0 ? undefined : `${event.part} is back`;
    case 'died':
      return `${event.part} ended: ${describeExit(event.exit)}; it starts again ${soon(event.restartInMs)}`;
    case 'gave-up':
      return `${event.part} cannot go on: ${describeError(event.error)}`;
    case 'killed':
      return `${event.part} did not end in time and was killed`;
    case 'finished':
      return undefined;
  }
}

function soon(ms: number): string {
  return ms < 1000 ? 'at once' : `in ${ms / 1000} s`;
}
