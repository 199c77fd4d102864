import type { FaultCode } from '../../base/errors.ts';
import type { Sight } from './detector.ts';

/** What the pool sends to a worker. The JPEG's memory is handed over, not copied. */
export type ToWorker =
  | { kind: 'look'; id: number; jpeg: Uint8Array; width: number; height: number }
  | { kind: 'close' };

/** A fault as it crosses between threads, where classes do not survive. */
export interface PortableFault {
  code: FaultCode;
  message: string;
  next: string;
}

/** What a worker sends to the pool: `ready` or `unusable` once, then one answer per `look`. */
export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'unusable'; fault: PortableFault }
  | { kind: 'seen'; id: number; sight: Sight }
  | { kind: 'failed'; id: number; fault: PortableFault };
