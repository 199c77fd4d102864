/** What was found in a partition's folder. */
export interface LogCheck {
  segments: number;
  batches: number;
  records: number;
  sizeBytes: number;
  /** What the next start puts right, in words. */
  repairs: string[];
  /** What no start puts right: records that were acknowledged are gone, or the log cannot be opened. */
  damages: string[];
}
