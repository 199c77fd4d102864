import type { MarkEntry } from '../topics/mark-record.ts';
import type { Mark } from '../topics/mark-schema.ts';
import type { Store } from './tables.ts';
import { wantPictures } from './want-pictures.ts';

/** Stores which suspicions were right, in the order of the log. @returns how many rows have changed */
export async function storeMarks(transaction: Store, entries: readonly MarkEntry[]): Promise<number> {
  for (const entry of entries) {
    const event = entry.kind === 'mark' ? entry.mark.event : entry.event;
    await transaction.deleteFrom('marks').where('event', '=', event).execute();
    await transaction.deleteFrom('marked_frames').where('event', '=', event).execute();
    if (entry.kind === 'mark') await storeMark(transaction, entry.mark);
  }
  return entries.length;
}

/** The frames of a marked suspicion are kept, whatever else has to go: somebody can learn from them. */
async function storeMark(transaction: Store, mark: Mark): Promise<void> {
  const { event, camera, isRight, atUs, evidence, evidenceRefs } = mark;
  const row = { event, is_right: isRight ? 1 : 0, at_us: atUs, body: JSON.stringify(mark) };
  await transaction.insertInto('marks').values(row).execute();
  const frames = [...new Set(evidence)];
  if (frames.length > 0) {
    const rows = frames.map((frame) => ({ frame, event }));
    await transaction.insertInto('marked_frames').values(rows).execute();
  }
  const wanted = evidence.flatMap((frame, index) => {
    const ref = evidenceRefs[index];
    return ref === undefined ? [] : [{ frame, ref, camera, atUs }];
  });
  await wantPictures(transaction, wanted);
}
