import assert from 'node:assert/strict';
import type { ReadLimit } from '../../src/log/outcomes.ts';
import type { PartitionLog } from '../../src/log/partition-log.ts';
import { recordBatches } from '../../src/wire/record-batch.ts';
import { batchRecords } from '../../src/wire/records.ts';

export interface ReadValue {
  offset: bigint;
  value: string;
}

/** All values of data records from an offset to a limit, in the order in which they are read. */
export function readValues(
  log: PartitionLog,
  options: { fromOffset?: bigint; upTo?: ReadLimit; maxBytes?: number } = {},
): ReadValue[] {
  const { fromOffset = log.logStartOffset, upTo = 'highWatermark', maxBytes = 1_000_000 } = options;
  const found: ReadValue[] = [];
  for (let next = fromOffset; ; ) {
    const outcome = log.read(next, maxBytes, { minOneBatch: true, upTo });
    assert.ok(outcome.ok, outcome.ok ? '' : outcome.message);
    if (outcome.sizeBytes === 0) return found;
    for (const buffer of outcome.buffers) found.push(...valuesIn(buffer));
    assert.ok(outcome.nextOffset > next);
    next = outcome.nextOffset;
  }
}

function valuesIn(bytes: Buffer): ReadValue[] {
  const found: ReadValue[] = [];
  for (const batch of recordBatches(bytes)) {
    assert.ok(batch.isCrcValid());
    if (batch.isControl) continue;
    for (const record of batchRecords(batch))
      found.push({ offset: batch.baseOffset + BigInt(record.offsetDelta), value: String(record.value) });
  }
  return found;
}
