import type { HistoryEvent, Send, Source } from './history.ts';
import type { Anomaly } from './oracle.ts';

/**
 * What was made of records together with the offset of a group, exactly once or not: what is visible of it and how far the
 * group has come, as it was last seen, have to agree.
 */
export function findUnevenProcessing(history: readonly HistoryEvent[]): Anomaly[] {
  const visible = visibleRecords(history);
  const values = new Set([...visible.values()].flatMap((records) => [...records.values()]));
  const made = history.filter(
    (event): event is Send & { source: Source } => 'source' in event && values.has(event.value),
  );
  const bySource = Map.groupBy(made, ({ source }) => nameOf(source));
  const twice = [...bySource].filter(([, sends]) => sends.length > 1);
  return [
    ...twice.map(
      ([source, sends]): Anomaly => ({
        kind: 'processed twice',
        description: `${source} became ${sends.map(({ value }) => value).join(' and ')}`,
      }),
    ),
    ...findUnprocessed(history, visible, bySource),
  ];
}

function findUnprocessed(
  history: readonly HistoryEvent[],
  visible: ReadonlyMap<string, ReadonlyMap<bigint, string>>,
  bySource: ReadonlyMap<string, unknown>,
): Anomaly[] {
  const groups = new Set(history.flatMap((event) => ('source' in event && event.source ? [event.source.group] : [])));
  return lastOffsets(history)
    .filter(({ group }) => groups.has(group))
    .flatMap(({ group, partition, offset }) =>
      [...(visible.get(partition)?.keys() ?? [])]
        .filter((each) => each < offset && !bySource.has(nameOf({ group, partition, offset: each })))
        .map((each): Anomaly => {
          const description = `${group} is at ${partition}@${offset}, and nothing was made of ${each}`;
          return { kind: 'never processed', description };
        }),
    );
}

/** How far each group was when it was last seen. */
function lastOffsets(history: readonly HistoryEvent[]): Source[] {
  const last = new Map<string, Source>();
  for (const event of history) {
    if (event.kind === 'committedSeen') last.set(`${event.group} ${event.partition}`, event);
  }
  return [...last.values()];
}

/** Values by partition and offset that readers of committed records were given. */
function visibleRecords(history: readonly HistoryEvent[]): Map<string, Map<bigint, string>> {
  const visible = new Map<string, Map<bigint, string>>();
  for (const event of history) {
    if (event.kind !== 'poll' || event.isUncommitted) continue;
    const records = visible.get(event.partition) ?? new Map<bigint, string>();
    for (const { offset, value } of event.records) records.set(offset, value);
    visible.set(event.partition, records);
  }
  return visible;
}

function nameOf({ group, partition, offset }: Source): string {
  return `${group} ${partition}@${offset}`;
}
