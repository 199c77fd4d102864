import type { Chore } from './housekeeping.ts';
import type { BrokerServices } from './services.ts';

const expiryCheckMs = 3_600_000;

/** What a running broker does now and then. */
export function choresOf({ settings, topics, logs, groups, transactions }: BrokerServices): Chore[] {
  const every = (setting: string) => settings.number(setting);
  const compactAll = async () => {
    for (const topic of [...topics.all()]) await logs.compact(topic);
  };
  return [
    {
      name: 'Writing the checkpoints',
      everyMs: every('log.flush.offset.checkpoint.interval.ms'),
      run: () => logs.checkpointNowAndThen(),
    },
    { name: 'Retention', everyMs: every('log.retention.check.interval.ms'), run: () => logs.enforceRetention() },
    { name: 'Compaction', everyMs: every('log.cleaner.backoff.ms'), run: compactAll },
    {
      name: 'Forgetting expired offsets',
      everyMs: every('offsets.retention.check.interval.ms'),
      run: () => groups.expire(),
    },
    { name: 'Forgetting expired transactional ids', everyMs: expiryCheckMs, run: () => transactions.expire() },
  ];
}
