/** How the store of events stands to the log. */
export interface StoreState {
  /** `catching-up`: it reads what was written before now. `disk-full` and `failed`: `problem` says more; it tries again. */
  state: 'opening' | 'catching-up' | 'live' | 'disk-full' | 'failed';
  /** Time of the newest record that is stored, milliseconds since 1970; null: none yet. */
  storedUpToMs: number | null;
  /** Grows with each change of what is stored. */
  revision: number;
  problem?: { code: string; message: string; next: string };
}
