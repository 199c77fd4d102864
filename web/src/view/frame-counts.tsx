import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import { waitingFrames } from '../live/waiting-frames.ts';
import { formatCount, formatShortCount } from './format.ts';

/** Where this camera's frames are. */
export function FrameCounts({ account }: { account: CameraAccount }) {
  return (
    <dl class="counts">
      <Count word="captured" count={account.captured} />
      <Count word="processed" count={account.results} />
      {account.gated > 0 && (
        <Count word="gated" count={account.gated} about="Of the processed: nothing moved, and the model was spared." />
      )}
      <Count word="waiting" count={waitingFrames(account)} />
      {account.skipped > 0 && <Count word="skipped" count={account.skipped} />}
      <Count word="failed" count={account.failed} isBad />
      <Count word="lost" count={account.lost} isBad />
    </dl>
  );
}

interface CountProps {
  word: string;
  count: number;
  isBad?: boolean;
  about?: string;
}

function Count({ word, count, isBad = false, about }: CountProps) {
  return (
    <div data-tone={isBad && count > 0 ? 'bad' : undefined} title={about}>
      <dt>{word}</dt>
      <dd data-count={word} title={formatCount(count)}>
        {formatShortCount(count)}
      </dd>
    </div>
  );
}
