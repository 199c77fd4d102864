import type { CameraAccount } from '../../../src/topics/camera-account.ts';

export type Tone = 'good' | 'quiet' | 'warning' | 'bad';

/** A camera's state in a word, and how much it should worry. */
export function stateOf({ state, live, complete }: CameraAccount): { word: string; tone: Tone } {
  switch (state) {
    case 'opening':
      return { word: 'Opening', tone: 'quiet' };
    case 'running':
      return { word: live ? 'Live' : 'Playing', tone: 'good' };
    case 'reconnecting':
      return { word: 'Reconnecting', tone: 'warning' };
    case 'failed':
      return { word: 'Failed', tone: 'bad' };
    case 'ended':
      return complete ? { word: 'Complete', tone: 'good' } : { word: 'Finishing', tone: 'quiet' };
  }
}
