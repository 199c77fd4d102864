import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import { formatCount } from './format.ts';
import { totalsOf } from './totals.ts';

/** Frames in = results out, in one line. */
export function ProofLine({ cameras }: { cameras: readonly CameraAccount[] }) {
  const { captured, results, waiting, failed, skipped, lost, doubled, isComplete } = totalsOf(cameras);
  const isProved = isComplete && captured === results && lost === 0;
  return (
    <p class="proof" data-proved={isProved}>
      {isProved && (
        <svg class="proof-mark" viewBox="0 0 16 16" role="img" aria-label="Every frame has its result">
          <path d="M3 8.5 6.5 12 13 4.5" />
        </svg>
      )}
      <Part count={captured} word="in" />
      <Part count={results} word="out" />
      {!isComplete && <Part count={waiting} word="waiting" />}
      {skipped > 0 && <Part count={skipped} word="skipped" tone="warning" />}
      {failed > 0 && <Part count={failed} word="failed" tone="bad" />}
      {doubled > 0 && <Part count={doubled} word="doubled" tone="warning" />}
      <Part count={lost} word="lost" {...(lost > 0 ? { tone: 'bad' as const } : {})} />
    </p>
  );
}

function Part({ count, word, tone }: { count: number; word: string; tone?: 'warning' | 'bad' }) {
  return (
    <span class="proof-part" data-tone={tone}>
      <b>{formatCount(count)}</b> {word}
    </span>
  );
}
