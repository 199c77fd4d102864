import type { WorkDone } from '../../stage/scaling/busy-meter.ts';
import type { PartFault } from '../../stage/supervised-part.ts';
import type { LedgerSnapshot } from '../../topics/camera-account.ts';
import type { ListenAddress } from '../config/journey-config.ts';

/** What a part says of itself when it is ready. */
export interface PartInfo {
  /** Where the broker listens. */
  address?: ListenAddress;
  /** Where the broker answers GET /metrics. */
  metrics?: ListenAddress;
  /** Where the page is. */
  url?: string;
  /** What a detector really looks with: another model may have stood in. */
  model?: string;
}

/** What the supervisor sends to a part's process. Options go this way and not by the command line, where `ps` would show passwords. */
export type OrderToPart =
  | { type: 'start'; options: unknown }
  | { type: 'stop' }
  /** To a camera: refuse new frames, or take them again. */
  | { type: 'hold'; isHeld: boolean };

/** What a part's process sends to the supervisor. */
export type WordFromPart =
  | { type: 'ready'; info: PartInfo }
  | { type: 'finished' }
  | { type: 'fault'; fault: PartFault }
  | { type: 'snapshot'; snapshot: LedgerSnapshot }
  /** A line for the standard output of the command. */
  | { type: 'print'; line: string }
  /** What a detector has done since it said so last. */
  | { type: 'work'; work: WorkDone };
