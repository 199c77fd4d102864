import type { GroupAccount } from '../../../src/topics/group-account.ts';
import type { GroupHistory } from '../live/group-history.ts';
import { Chart } from './chart.tsx';
import { counted, formatCount, formatDuration, formatRate, formatSize } from './format.ts';

interface GroupsViewProps {
  groups: readonly GroupAccount[];
  historyOf: (group: string) => GroupHistory;
  atMs: number;
}

/** How each group of detectors keeps up with the log: what comes in, what goes out, and what lies between. */
export function GroupsView({ groups, historyOf, atMs }: GroupsViewProps) {
  if (groups.length === 0) return null;
  return (
    <section class="groups" aria-label="Detectors">
      <h2>Detectors</h2>
      {groups.map((each) => (
        <Group key={each.group} account={each} history={historyOf(each.group)} atMs={atMs} />
      ))}
    </section>
  );
}

function Group({ account, history, atMs }: { account: GroupAccount; history: GroupHistory; atMs: number }) {
  const { detector, kind, inPerSecond, outPerSecond, lagRecords } = account;
  return (
    <article class="group" aria-label={`Detector ${detector}`}>
      <header>
        <h3>{detector}</h3>
        {kind === 'urgent' && <span class="kind">urgent</span>}
        <Standing account={account} />
      </header>
      <figure class="figure">
        <figcaption>
          <span>Frames per second, out and in</span>
          <b>
            {formatRate(outPerSecond)} <i>of {formatRate(inPerSecond)}</i>
          </b>
        </figcaption>
        <Chart
          label={`Frames per second, out and in, of ${detector}`}
          columns={history.rates}
          revision={atMs}
          formatValue={formatCount}
        />
      </figure>
      <figure class="figure">
        <figcaption>
          <span>Lag</span>
          <b>{counted(lagRecords, 'frame')}</b>
        </figcaption>
        <Chart label={`Lag of ${detector}`} columns={history.lag} revision={atMs} formatValue={formatCount} />
      </figure>
    </article>
  );
}

function Standing({ account }: { account: GroupAccount }) {
  const { lagRecords, lagSeconds, lagBytes, secondsPerFrame } = account;
  // How old the oldest is takes a moment to find out.
  const age = lagSeconds > 0 ? `${formatDuration(lagSeconds)}, ` : '';
  const lag = lagRecords === 0 ? 'nothing' : `${age}${formatSize(lagBytes)}`;
  return (
    <dl class="facts">
      <Workers account={account} />
      <div>
        <dt>Behind</dt>
        <dd>{lag}</dd>
      </div>
      {secondsPerFrame !== null && (
        <div>
          <dt>Time for a frame</dt>
          <dd>{formatDuration(secondsPerFrame)}</dd>
        </div>
      )}
      <Retention account={account} />
    </dl>
  );
}

/** Those that work, and those that the frames need. */
function Workers({ account: { workers, wanted } }: { account: GroupAccount }) {
  const isShort = wanted !== null && wanted > workers;
  return (
    <div>
      <dt>Workers</dt>
      <dd data-tone={isShort ? 'warning' : undefined}>
        {formatCount(workers)}
        {isShort && `, ${formatCount(wanted)} needed`}
      </dd>
    </div>
  );
}

function Retention({ account: { kind, secondsLeft, limit, isWarning } }: { account: GroupAccount }) {
  if (kind === 'urgent') return null;
  const left = secondsLeft === null ? 'far away' : `in ${formatDuration(secondsLeft)}`;
  return (
    <div>
      <dt>Retention</dt>
      <dd data-tone={isWarning ? 'warning' : undefined}>
        {left}
        {secondsLeft !== null && limit !== null && `, by ${limitWord(limit)}`}
      </dd>
    </div>
  );
}

/** One line for each group of which retention will soon delete frames that it has not read. */
export function RetentionWarnings({ groups }: { groups: readonly GroupAccount[] }) {
  const endangered = groups.filter(({ isWarning, secondsLeft }) => isWarning && secondsLeft !== null);
  if (endangered.length === 0) return null;
  return (
    <ul class="warnings" aria-label="Warnings" aria-live="polite">
      {endangered.map(({ group, detector, secondsLeft, limit }) => (
        <li key={group} data-tone="warning">
          <span class="dot" aria-hidden="true" />
          <span>
            <b>{detector}</b>: retention by {limitWord(limit)} deletes frames that it has not read in{' '}
            {formatDuration(secondsLeft ?? 0)}. More workers, a quicker model or a longer <code>topics.retention</code>{' '}
            prevent it; <code>hold: true</code> stops the cameras instead.
          </span>
        </li>
      ))}
    </ul>
  );
}

function limitWord(limit: GroupAccount['limit']): string {
  return limit === 'bytes' ? 'size' : 'time';
}
