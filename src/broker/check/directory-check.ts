/** Something in a data directory that is not as it should be. */
export interface Finding {
  /**
   * `repair`: a start puts it right, or does without it, and no acknowledged record is lost.
   * `damage`: acknowledged records are lost, or the broker does not start.
   */
  kind: 'repair' | 'damage';
  /** Begins with the path. */
  what: string;
}

/** What `checkDataDirectory` found. */
export interface DirectoryCheck {
  path: string;
  /** False after a crash: the next start reads the logs from their recovery points on. */
  wasLeftInOrder: boolean;
  topics: number;
  partitions: number;
  segments: number;
  batches: number;
  records: number;
  sizeBytes: number;
  groups: number;
  transactions: number;
  findings: Finding[];
  /** What is there and does not concern the broker. */
  notes: string[];
}

export function emptyCheck(path: string): DirectoryCheck {
  const counts = { topics: 0, partitions: 0, segments: 0, batches: 0, records: 0, sizeBytes: 0 };
  return { path, wasLeftInOrder: true, ...counts, groups: 0, transactions: 0, findings: [], notes: [] };
}
