/** One size of records, and how many of them each loader sends. */
export interface Load {
  name: string;
  recordBytes: number;
  /** Records in one batch of the loader that encodes beforehand; one batch in one request. */
  perBatch: number;
  requests: number;
  records: number;
  /** Records per second at a fixed rate. */
  paced: number;
  /** How many times Apache Kafka's throughput is wanted, and what part of its p99. */
  goal: number;
  latencyGoal: number;
}

export const loads: readonly Load[] = [
  {
    ...{ name: '100 KB', recordBytes: 100_000, perBatch: 1, requests: 8000, records: 6000 },
    ...{ paced: 200, goal: 1.5, latencyGoal: 2 },
  },
  {
    ...{ name: '1 KB', recordBytes: 1000, perBatch: 64, requests: 8000, records: 400_000 },
    ...{ paced: 1000, goal: 1, latencyGoal: 1 },
  },
  {
    ...{ name: '100 B', recordBytes: 100, perBatch: 160, requests: 12_000, records: 1_500_000 },
    ...{ paced: 1000, goal: 1, latencyGoal: 1 },
  },
];

/** With a flush for each write a load lasts as long as the disk takes: a smaller one says the same. */
export function forFlush(load: Load, flush: 'never' | 'commit'): Load {
  if (flush === 'never') return load;
  return { ...load, requests: load.requests / 4, records: load.records / 4 };
}
