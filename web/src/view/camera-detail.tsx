import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import type { CameraHistory } from '../live/camera-history.ts';
import { waitingFrames } from '../live/waiting-frames.ts';
import type { CameraPictures } from '../picture/camera-pictures.ts';
import { stateOf } from './camera-state.ts';
import { Chart } from './chart.tsx';
import { counted, formatCount, formatLatency, formatRate } from './format.ts';
import { FrameCounts } from './frame-counts.tsx';
import { PictureView } from './picture-view.tsx';

interface CameraDetailProps {
  account: CameraAccount;
  pictures: CameraPictures;
  history: CameraHistory;
  atMs: number;
  /** Left out when it is as large as it gets. */
  onEnlarge?: () => void;
  /** Beside the name. */
  children?: ComponentChildren;
}

/** Everything about one camera: picture, account, the last two minutes. */
export function CameraDetail({ account, pictures, history, atMs, onEnlarge, children }: CameraDetailProps) {
  const { word, tone } = stateOf(account);
  const ratio = account.width > 0 ? `${account.width} / ${account.height}` : '16 / 9';
  return (
    <article class="detail" aria-label={`Camera ${account.camera}`} data-camera={account.camera}>
      <header class="detail-head">
        <h2>{account.camera}</h2>
        <span class="kind">{account.live ? 'live' : 'file'}</span>
        <span class="state" data-tone={tone}>
          <span class="dot" data-tone={tone} aria-hidden="true" />
          {word}
        </span>
        {children}
      </header>
      <div class="detail-picture" style={{ '--ratio': ratio }}>
        {onEnlarge ? (
          <button type="button" class="picture-button" aria-label={`Enlarge ${account.camera}`} onClick={onEnlarge}>
            <PictureView account={account} pictures={pictures} />
          </button>
        ) : (
          <PictureView account={account} pictures={pictures} />
        )}
        {account.note !== undefined && <p class="detail-note">{account.note}</p>}
      </div>
      <div class="detail-side">
        <FrameCounts account={account} />
        <Charts account={account} history={history} atMs={atMs} />
        <DetectorChoice pictures={pictures} />
        <Facts account={account} />
      </div>
    </article>
  );
}

function Charts({ account, history, atMs }: Pick<CameraDetailProps, 'account' | 'history' | 'atMs'>) {
  const { fps, latencyMs, camera } = account;
  return (
    <>
      <Figure title="Results per second" value={formatRate(fps)}>
        <Chart label={`Results per second of ${camera}`} columns={history.fps} revision={atMs} formatValue={plain} />
      </Figure>
      <Figure
        title="Capture to result"
        value={latencyMs ? `${formatLatency(latencyMs.p50)} p50 · ${formatLatency(latencyMs.p99)} p99` : '–'}
      >
        <Chart label={`Latency of ${camera}`} columns={history.latency} revision={atMs} formatValue={milliseconds} />
      </Figure>
      <Figure title="Waiting" value={counted(waitingFrames(account), 'frame')}>
        <Chart label={`Waiting frames of ${camera}`} columns={history.waiting} revision={atMs} formatValue={plain} />
      </Figure>
    </>
  );
}

function plain(value: number): string {
  return formatCount(value);
}

function milliseconds(value: number): string {
  if (value === 0) return '0';
  return value >= 1000 ? `${formatCount(value / 1000)} s` : `${formatCount(value)} ms`;
}

function Figure({ title, value, children }: { title: string; value: string; children: ComponentChildren }) {
  return (
    <figure class="figure">
      <figcaption>
        <span>{title}</span>
        <b>{value}</b>
      </figcaption>
      {children}
    </figure>
  );
}

/** Shown when more than one detector looks at this camera. */
function DetectorChoice({ pictures }: { pictures: CameraPictures }) {
  const [followed, setFollowed] = useState(pictures.followed);
  if (pictures.detectors.length < 2) return null;
  const follow = (detector: string) => {
    pictures.follow(detector);
    setFollowed(detector);
  };
  return (
    <fieldset class="choice">
      <legend>Frames of</legend>
      {pictures.detectors.map((detector) => (
        <label key={detector}>
          <input
            type="radio"
            name="detector"
            checked={detector === (followed ?? pictures.followed)}
            onChange={() => follow(detector)}
          />
          {detector}
        </label>
      ))}
    </fieldset>
  );
}

function Facts({ account }: { account: CameraAccount }) {
  const { source, width, height, published, reconnects, doubled, lostReasons, session, camera } = account;
  const reasons = Object.entries(lostReasons).filter(([, count]) => count > 0);
  return (
    <dl class="facts">
      <Fact name="Source">{source}</Fact>
      <Fact name="Resolution">{width > 0 ? `${width}×${height}` : '–'}</Fact>
      <Fact name="Published">{formatCount(published)}</Fact>
      {reasons.length > 0 && (
        <Fact name="Lost by reason">
          {reasons.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(', ')}
        </Fact>
      )}
      {doubled > 0 && <Fact name="Doubled">{formatCount(doubled)}</Fact>}
      <Fact name="Reconnects">{formatCount(reconnects)}</Fact>
      <Fact name="Session">{session}</Fact>
      <Fact name="Picture">
        <a href={`./api/cameras/${encodeURIComponent(camera)}/frame.jpg`} target="_blank" rel="noreferrer">
          newest frame as JPEG
        </a>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
