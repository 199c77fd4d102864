import { useEffect, useState } from 'preact/hooks';
import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import type { LiveConnection } from '../live/live-connection.ts';
import { type LiveState, type LiveStore, useLiveState } from '../live/live-store.ts';
import type { PictureWall } from '../picture/picture-wall.ts';
import { usePlace } from '../stored/use-place.ts';
import { CameraDetail } from './camera-detail.tsx';
import { CameraDialog } from './camera-dialog.tsx';
import { CameraTile } from './camera-tile.tsx';
import { DisconnectedNotice } from './connection-status.tsx';
import { GroupsView, RetentionWarnings } from './groups-view.tsx';
import { JointsToggle } from './joints-toggle.tsx';
import { LedgerView } from './ledger-view.tsx';
import { PageHeader } from './page-header.tsx';
import { EventsView } from './stored/events-view.tsx';
import { LatestEvents } from './stored/latest-events.tsx';
import { PeopleView } from './stored/people-view.tsx';
import { PlaceTabs } from './stored/place-tabs.tsx';

interface AppProps {
  store: LiveStore;
  wall: PictureWall;
  connection: LiveConnection;
}

export function App({ store, wall, connection }: AppProps) {
  const state = useLiveState(store);
  const [enlarged, setEnlarged] = useState<string | undefined>(undefined);
  const kept = state.snapshot?.store;
  const place = usePlace();
  useView(connection, enlarged, kept !== undefined && place !== 'live');
  const atMs = state.snapshot?.atMs ?? 0;
  const cameras = state.snapshot?.cameras ?? [];
  const groups = state.snapshot?.groups ?? [];
  const account = cameras.find((each) => each.camera === enlarged);
  return (
    <div class="page" data-stale={state.connection.kind !== 'open' && state.heardAtMs !== undefined}>
      <PageHeader state={state} />
      <div class="page-top">
        <Notices state={state} />
        <div class="page-bar">
          {kept && <PlaceTabs store={kept} place={place} />}
          {(!kept || place === 'live') && <JointsToggle wall={wall} />}
        </div>
      </div>
      <main class="page-main">
        <RetentionWarnings groups={groups} />
        {kept && place === 'events' && <EventsView store={kept} cameras={cameras.map(({ camera }) => camera)} />}
        {kept && place === 'people' && <PeopleView store={kept} />}
        {(!kept || place === 'live') && <LiveView {...{ state, store, wall, cameras, atMs }} onEnlarge={setEnlarged} />}
      </main>
      <PageFooter state={state} />
      {account && (
        <CameraDialog
          account={account}
          pictures={wall.of(account.camera)}
          history={store.historyOf(account.camera)}
          atMs={atMs}
          onClose={() => setEnlarged(undefined)}
        />
      )}
      <DisconnectedNotice state={state} retryNow={() => connection.retryNow()} />
    </div>
  );
}

interface LiveViewProps extends Pick<AppProps, 'store' | 'wall'> {
  state: LiveState;
  cameras: readonly CameraAccount[];
  atMs: number;
  onEnlarge: (camera: string) => void;
}

/** The cameras, what has happened last, and the ledger. */
function LiveView({ state, store, wall, cameras, atMs, onEnlarge }: LiveViewProps) {
  return (
    <>
      {cameras.length === 0 && <NoCameras state={state} />}
      {cameras.length === 1 &&
        cameras.map((each) => (
          <CameraDetail
            key={each.camera}
            account={each}
            pictures={wall.of(each.camera)}
            history={store.historyOf(each.camera)}
            atMs={atMs}
            onEnlarge={() => onEnlarge(each.camera)}
          />
        ))}
      {cameras.length > 1 && (
        <div class="grid" style={{ '--columns': String(columnsFor(cameras.length)) }}>
          {cameras.map((each) => (
            <CameraTile
              key={each.camera}
              account={each}
              pictures={wall.of(each.camera)}
              onEnlarge={() => onEnlarge(each.camera)}
            />
          ))}
        </div>
      )}
      {state.snapshot?.store && <LatestEvents store={state.snapshot.store} />}
      <GroupsView
        groups={state.snapshot?.groups ?? []}
        historyOf={(group) => store.groupHistoryOf(group)}
        atMs={atMs}
      />
      <LedgerView cameras={cameras} historyOf={(camera) => store.historyOf(camera)} atMs={atMs} />
    </>
  );
}

/** 2, 3, 2 × 2, 3 × 2 … */
function columnsFor(cameras: number): number {
  if (cameras <= 3) return cameras;
  return cameras === 4 ? 2 : cameras % 4 === 0 ? 4 : 3;
}

/** Asks only for pictures that can be seen. */
function useView(connection: LiveConnection, enlarged: string | undefined, isElsewhere: boolean): void {
  useEffect(() => {
    const ask = () => {
      const cameras = document.hidden || isElsewhere ? [] : enlarged === undefined ? undefined : [enlarged];
      connection.setView({ type: 'view', ...(cameras === undefined ? {} : { cameras }) });
    };
    ask();
    document.addEventListener('visibilitychange', ask);
    return () => document.removeEventListener('visibilitychange', ask);
  }, [connection, enlarged, isElsewhere]);
}

function Notices({ state }: { state: LiveState }) {
  const notices = state.hello?.notices ?? [];
  if (notices.length === 0) return null;
  return (
    <ul class="notices" aria-label="Notices">
      {notices.map((notice) => (
        <li key={notice}>{notice}</li>
      ))}
    </ul>
  );
}

function NoCameras({ state }: { state: LiveState }) {
  const isHeard = state.snapshot?.feed === 'live';
  return (
    <div class="empty">
      <p>
        <strong>{isHeard ? 'No camera yet' : 'One moment'}</strong>
      </p>
      <p>{isHeard ? 'A camera appears here as soon as its capture opens.' : 'Reading what the cameras said so far.'}</p>
      {isHeard && <code>vigil up --camera rtsp://user:password@camera/stream</code>}
    </div>
  );
}

function PageFooter({ state }: { state: LiveState }) {
  return (
    <footer class="page-footer">
      <span>Vigil {state.hello?.version ?? ''}</span>
      <nav aria-label="For programs">
        <a href="./docs">API</a>
        <a href="./metrics">Metrics</a>
        <a href="./api/cameras">Ledger as JSON</a>
      </nav>
    </footer>
  );
}
