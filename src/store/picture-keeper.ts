import { parseRecordRef, type RecordPlace } from '../stage/kafka/record-lookup.ts';
import { frameId } from '../topics/frame-record.ts';
import { type IncomingRecord, recordRef } from '../topics/record.ts';
import { describeSeen } from './describe-seen.ts';
import type { Store } from './tables.ts';

export interface PictureKeeperOptions {
  store: Store;
  /** See `RecordLookup.batchAt`. */
  batchAt: (place: RecordPlace) => Promise<readonly IncomingRecord[]>;
  /** Pictures take this much at most, bytes. */
  limitBytes: number;
}

interface Wanted {
  frame: string;
  ref: string;
}

/** Records by where they lie: those of one batch come with one fetch. */
type Fetched = Map<string, IncomingRecord>;

/** So many pictures are looked for between two looks at what is wanted. */
const atOnce = 32;
/** So many of the oldest go at a time when the limit is reached. */
const expiredAtOnce = 32;

/** Fetches the pictures that events need from the log before retention deletes them, and bounds what they take. */
export class PictureKeeper {
  readonly #options: PictureKeeperOptions;
  #keptBytes: number | undefined;

  constructor(options: PictureKeeperOptions) {
    this.#options = options;
  }

  /**
   * Keeps some of the pictures that are wanted, the oldest first: retention reaches these first.
   *
   * @returns how many are decided now; 0: none is wanted
   * @throws what the broker or the database says
   */
  async work(): Promise<number> {
    const { store } = this.#options;
    const wanted = await store
      .selectFrom('pictures')
      .select(['frame', 'ref'])
      .where('state', '=', 'wanted')
      .orderBy('at_us')
      .limit(atOnce)
      .execute();
    const fetched: Fetched = new Map();
    for (const each of wanted) await this.#keep(each, fetched);
    if (wanted.length > 0) await this.#expire();
    return wanted.length;
  }

  async #keep({ frame, ref }: Wanted, fetched: Fetched): Promise<void> {
    const found = fetched.get(ref) ?? (await this.#fetch(ref, fetched));
    const result = found && shows(found, frame) ? found : undefined;
    const jpeg = result && (await this.#jpegOf(result, frame, fetched));
    const before = await this.#sum();
    await this.#options.store
      .updateTable('pictures')
      .set({
        state: jpeg ? 'kept' : 'gone',
        jpeg: jpeg ?? null,
        size_bytes: jpeg?.length ?? 0,
        seen: (result && describeSeen(result)) ?? null,
      })
      .where('frame', '=', frame)
      .execute();
    this.#keptBytes = before + (jpeg?.length ?? 0);
  }

  async #jpegOf(result: IncomingRecord, frame: string, fetched: Fetched): Promise<Buffer | undefined> {
    if (result.value.length > 0) return result.value;
    // The result leaves a reference only: the frame itself lies elsewhere.
    const original = await this.#fetch(result.headers.get('frame_ref') ?? '', fetched);
    return original && shows(original, frame) && original.value.length > 0 ? original.value : undefined;
  }

  async #fetch(ref: string, fetched: Fetched): Promise<IncomingRecord | undefined> {
    const place = parseRecordRef(ref);
    const records = place ? await this.#options.batchAt(place) : [];
    for (const record of records) fetched.set(recordRef(record), record);
    return fetched.get(ref);
  }

  /** Makes room for the newest by deleting the oldest; those that somebody has marked stay. */
  async #expire(): Promise<void> {
    const { store, limitBytes } = this.#options;
    while ((await this.#sum()) > limitBytes) {
      const oldest = await store
        .selectFrom('pictures')
        .select(['frame', 'size_bytes'])
        .where('state', '=', 'kept')
        .where('frame', 'not in', (eb) => eb.selectFrom('marked_frames').select('marked_frames.frame'))
        .orderBy('at_us')
        .limit(expiredAtOnce)
        .execute();
      if (oldest.length === 0) return;
      let left = await this.#sum();
      const expired = oldest.filter(({ size_bytes }) => {
        const isTooMuch = left > limitBytes;
        if (isTooMuch) left -= size_bytes;
        return isTooMuch;
      });
      await store
        .updateTable('pictures')
        .set({ state: 'expired', jpeg: null, size_bytes: 0 })
        .where(
          'frame',
          'in',
          expired.map(({ frame }) => frame),
        )
        .execute();
      this.#keptBytes = left;
    }
  }

  async #sum(): Promise<number> {
    if (this.#keptBytes !== undefined) return this.#keptBytes;
    const row = await this.#options.store
      .selectFrom('pictures')
      .select(({ fn }) => fn.sum<number | null>('size_bytes').as('bytes'))
      .where('state', '=', 'kept')
      .executeTakeFirst();
    this.#keptBytes = Number(row?.bytes ?? 0);
    return this.#keptBytes;
  }
}

/** A reference that leads to another frame, for example into a topic that was made anew, leads nowhere. */
function shows({ headers }: IncomingRecord, frame: string): boolean {
  const [camera = '', session = '', number] = ['camera', 'session', 'frame'].map((name) => headers.get(name));
  return frameId({ camera, session, frame: Number(number) }) === frame;
}
