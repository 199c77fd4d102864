import type { FaultCode } from '../base/errors.ts';
import type { StoreState } from '../topics/store-state.ts';
import type { QuestionName } from './store-questions.ts';

/** What the store's thread and the page's server say to each other. */
export type ToStore = { kind: 'ask'; id: number; name: QuestionName; ask: unknown } | { kind: 'close' };

export type FromStore =
  | { kind: 'state'; state: StoreState }
  | { kind: 'answer'; id: number; answer: unknown }
  | { kind: 'refusal'; id: number; code: FaultCode; message: string; next: string };
