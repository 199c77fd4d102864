import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import { waitingFrames } from '../live/waiting-frames.ts';
import { formatCount, formatShortCount } from './format.ts';

/** Where this camera's frames are. */
export function FrameCounts({ account }: { account: CameraAccount }) {
  return (
    <dl class="counts">
      <Count word="captured" count={account.captured} />
      <Count word="processed" count={account.results} />
      <Count word="waiting" count={waitingFrames(account)} />
      {account.skipped > 0 && <Count word="skipped" count={account.skipped} />}
      <Count word="failed" count={account.failed} isBad />
      <Count word="lost" count={account.lost} isBad />
    </dl>
  );
}

function Count({ word, count, isBad = false }: { word: string; count: number; isBad?: boolean }) {
  return (
    <div data-tone={isBad && count > 0 ? 'bad' : undefined}>
      <dt>{word}</dt>
      <dd data-count={word} title={formatCount(count)}>
        {formatShortCount(count)}
      </dd>
    </div>
  );
}
