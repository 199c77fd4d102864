import { useState } from 'preact/hooks';
import type { CameraAccount, DetectorAccount, SessionRow } from '../../../src/topics/camera-account.ts';
import type { CameraHistory } from '../live/camera-history.ts';
import { Chart } from './chart.tsx';
import { counted, formatCount, formatShortCount, formatTime } from './format.ts';

interface LedgerViewProps {
  cameras: readonly CameraAccount[];
  historyOf: (camera: string) => CameraHistory;
  atMs: number;
}

const columns = ['captured', 'processed', 'gated', 'waiting', 'failed', 'skipped', 'lost', 'doubled'] as const;
type Column = (typeof columns)[number];
type Cells = Partial<Record<Column, number>>;
/** Left out on a phone where a camera has none of them. */
const rare: ReadonlySet<Column> = new Set(['gated', 'failed', 'skipped', 'lost', 'doubled']);
const bad: ReadonlySet<Column> = new Set(['failed', 'lost', 'doubled']);

/** Every frame and what became of it: by camera, by detector, by session. Closed until it is asked for. */
export function LedgerView({ cameras, historyOf, atMs }: LedgerViewProps) {
  const [isOpen, setOpen] = useState(false);
  if (cameras.length === 0) return null;
  return (
    <details class="ledger" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Ledger</summary>
      {isOpen &&
        cameras.map((each) => (
          <CameraLedger key={each.camera} account={each} history={historyOf(each.camera)} atMs={atMs} />
        ))}
    </details>
  );
}

function CameraLedger({ account, history, atMs }: { account: CameraAccount; history: CameraHistory; atMs: number }) {
  const { camera, detectors, sessions, earlierSessions } = account;
  const sum: Cells = { ...account, processed: account.results };
  const absent = new Set(columns.filter((column) => rare.has(column) && !sum[column]));
  return (
    <section class="ledger-camera" aria-label={`Ledger of ${camera}`}>
      <figure class="figure ledger-lag">
        <figcaption>
          <span>Waiting</span>
          <b>{counted(account.waiting, 'frame')}</b>
        </figcaption>
        <Chart
          label={`Waiting frames of ${camera}`}
          columns={history.waiting}
          revision={atMs}
          formatValue={formatCount}
        />
      </figure>
      <div class="ledger-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{camera}</th>
              {columns.map((column) => (
                <th key={column} scope="col" data-absent={absent.has(column)}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <Row name="All sessions" cells={sum} absent={absent} isSum />
            {detectors.map((each) => (
              <Row key={each.detector} name={detectorName(each)} cells={cellsOf(each)} absent={absent} />
            ))}
            {sessions.map((each) => (
              <Row
                key={each.session}
                name={sessionName(each)}
                title={each.session}
                cells={cellsOf(each)}
                absent={absent}
              />
            ))}
          </tbody>
        </table>
      </div>
      <Remarks account={account} />
      {earlierSessions > 0 && <p class="ledger-remark">{counted(earlierSessions, 'earlier session')} in the sum</p>}
    </section>
  );
}

interface RowProps {
  name: string;
  title?: string;
  cells: Cells;
  absent: ReadonlySet<Column>;
  isSum?: boolean;
}

function Row({ name, title, cells, absent, isSum }: RowProps) {
  return (
    <tr data-sum={isSum}>
      <th scope="row" title={title}>
        {name}
      </th>
      {columns.map((column) => {
        const count = cells[column];
        return (
          <td key={column} data-absent={absent.has(column)} data-tone={isBad(column, count)}>
            {count === undefined ? '' : <span title={formatCount(count)}>{formatShortCount(count)}</span>}
          </td>
        );
      })}
    </tr>
  );
}

function isBad(column: Column, count = 0): 'bad' | undefined {
  return bad.has(column) && count > 0 ? 'bad' : undefined;
}

/** Why frames were lost, what failed on them, and when nothing was captured. */
function Remarks({ account }: { account: CameraAccount }) {
  const lost = Object.entries(account.lostReasons).filter(([, count]) => count > 0);
  const failures = account.detectors.flatMap(({ detector, failedByCode }) =>
    Object.entries(failedByCode).map(([code, count]) => `${formatCount(count)} failed in ${detector}: ${code}`),
  );
  const gaps = account.sessions.flatMap(({ gap }) => gap ?? []);
  const remarks = [
    ...lost.map(([reason, count]) => `${formatCount(count)} lost at capture: ${reason}`),
    ...failures,
    ...gaps.map(
      ({ fromUs, toUs, reason, code }) =>
        `nothing captured from ${formatTime(fromUs / 1000)} to ${formatTime(toUs / 1000)}: ${code ?? reason}`,
    ),
  ];
  if (remarks.length === 0) return null;
  return (
    <ul class="ledger-remark">
      {remarks.map((remark) => (
        <li key={remark}>{remark}</li>
      ))}
    </ul>
  );
}

function cellsOf({ results, ...counts }: DetectorAccount | SessionRow): Cells {
  return { ...counts, processed: results };
}

function detectorName({ detector, model }: DetectorAccount): string {
  return model === undefined ? detector : `${detector} · ${model}`;
}

function sessionName({ openedAtMs, state }: SessionRow): string {
  const opened = new Date(openedAtMs);
  const isToday = opened.toDateString() === new Date().toDateString();
  const day = isToday ? '' : `${opened.toLocaleDateString([], { month: 'short', day: 'numeric' })} `;
  return `${day}${formatTime(openedAtMs)} · ${state}`;
}
