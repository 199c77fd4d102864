import type { Store } from './tables.ts';

/** The frame that goes with a row. */
export interface WantedPicture {
  /** `<camera>/<session>/<frame>` */
  frame: string;
  /** `<topic>/<partition>/<offset>` of its result. */
  ref: string;
  camera: string;
  atUs: number;
}

/** Notes pictures to be fetched from the log; one that is known already, wanted or not, stays as it is. */
export async function wantPictures(transaction: Store, pictures: readonly WantedPicture[]): Promise<void> {
  for (const { atUs, ...picture } of pictures) {
    await transaction
      .insertInto('pictures')
      .values({ ...picture, at_us: atUs, state: 'wanted', size_bytes: 0, jpeg: null, seen: null })
      .onConflict((conflict) => conflict.column('frame').doNothing())
      .execute();
  }
}
