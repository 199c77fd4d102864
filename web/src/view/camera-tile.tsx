import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import type { CameraPictures } from '../picture/camera-pictures.ts';
import { stateOf } from './camera-state.ts';
import { counted, formatLatency, formatRate } from './format.ts';
import { FrameCounts } from './frame-counts.tsx';
import { PictureView } from './picture-view.tsx';

interface CameraTileProps {
  account: CameraAccount;
  pictures: CameraPictures;
  onEnlarge: () => void;
}

/** One camera in the grid. */
export function CameraTile({ account, pictures, onEnlarge }: CameraTileProps) {
  return (
    <article class="tile" aria-label={`Camera ${account.camera}`} data-camera={account.camera}>
      <button type="button" class="picture-button" aria-label={`Enlarge ${account.camera}`} onClick={onEnlarge}>
        <PictureView account={account} pictures={pictures} />
      </button>
      <TileHead account={account} />
      <FrameCounts account={account} />
      <TileFoot account={account} />
    </article>
  );
}

function TileHead({ account }: { account: CameraAccount }) {
  const { word, tone } = stateOf(account);
  return (
    <header class="tile-head">
      <h2 title={account.source}>{account.camera}</h2>
      <span class="kind">{account.live ? 'live' : 'file'}</span>
      <span class="state" data-tone={tone}>
        <span class="dot" data-tone={tone} aria-hidden="true" />
        {word}
      </span>
      <span class="rate">
        <b>{formatRate(account.fps)}</b> fps
      </span>
    </header>
  );
}

function TileFoot({ account }: { account: CameraAccount }) {
  const { latencyMs, width, height, reconnects, note } = account;
  return (
    <footer class="tile-foot">
      <p>
        <span title="From capture to result: half of the frames are quicker, and 99 of 100 are">
          {latencyMs ? `${formatLatency(latencyMs.p50)} p50 · ${formatLatency(latencyMs.p99)} p99` : 'no result yet'}
        </span>
        <span>
          {reconnects > 0 && <span data-tone="warning">{counted(reconnects, 'reconnect')} · </span>}
          {width > 0 ? `${width}×${height}` : '–'}
        </span>
      </p>
      {note !== undefined && (
        <p class="note" title={note}>
          {note}
        </p>
      )}
    </footer>
  );
}
