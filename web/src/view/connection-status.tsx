import { useEffect, useState } from 'preact/hooks';
import type { FeedState } from '../../../src/topics/live-message.ts';
import type { ConnectionState } from '../live/live-connection.ts';
import type { LiveState } from '../live/live-store.ts';
import type { Tone } from './camera-state.ts';
import { formatTime } from './format.ts';

const feedWords: Record<FeedState, { word: string; tone: Tone }> = {
  connecting: { word: 'Waiting for the broker', tone: 'warning' },
  recounting: { word: 'Counting', tone: 'quiet' },
  live: { word: 'Connected', tone: 'good' },
};

/** A word in the header: how the page stands with its server, and the server with the broker. */
export function ConnectionStatus({ state }: { state: LiveState }) {
  const { word, tone } = statusOf(state);
  return (
    <p class="status" role="status" data-tone={tone}>
      <span class="dot" data-tone={tone} aria-hidden="true" />
      {word}
    </p>
  );
}

function statusOf({ connection, snapshot }: LiveState): { word: string; tone: Tone } {
  if (connection.kind === 'lost') return { word: 'Disconnected', tone: 'bad' };
  if (connection.kind === 'connecting') return { word: 'Connecting', tone: 'warning' };
  return feedWords[snapshot?.feed ?? 'connecting'];
}

/** Says plainly that what is shown is old. Lies over the page's lower edge, so that nothing moves. */
export function DisconnectedNotice({ state, retryNow }: { state: LiveState; retryNow: () => void }) {
  const { connection, heardAtMs } = state;
  if (connection.kind === 'open' || (connection.kind === 'connecting' && heardAtMs === undefined)) return null;
  return (
    <div class="disconnected">
      <p role="alert">
        <b>Disconnected from the server.</b>{' '}
        {heardAtMs === undefined ? 'Nothing was heard from it yet.' : `What you see is from ${formatTime(heardAtMs)}.`}
      </p>
      <button type="button" class="text-button" onClick={retryNow} disabled={connection.kind === 'connecting'}>
        <Countdown connection={connection} />
      </button>
    </div>
  );
}

function Countdown({ connection }: { connection: ConnectionState }) {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNowMs(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, []);
  if (connection.kind !== 'lost') return <>Trying …</>;
  return <>Try now ({Math.max(0, Math.ceil((connection.retryAtMs - nowMs) / 1000))} s)</>;
}
