import type { WorkDone } from '../../stage/scaling/busy-meter.ts';
import { FrameCost } from '../../stage/scaling/frame-cost.ts';
import { WorkerController } from '../../stage/scaling/worker-controller.ts';
import type { SupervisedPart } from '../../stage/supervised-part.ts';
import type { GroupAccount } from '../../topics/group-account.ts';
import { type DetectorConfig, detectorId, workerBounds } from '../config/journey-config.ts';

export interface CrewOptions {
  detector: DetectorConfig;
  /** Starts from the most workers there may be: a run that is as fast as it can be has no time to find out. */
  startsWithMost: boolean;
  /** @param seat 1, 2, 3 …: a worker that comes back to its seat is the same member of the group. */
  start(seat: number): SupervisedPart;
  /** Resolves when the worker has handed its partitions over and its process is gone. */
  retire(worker: SupervisedPart): Promise<void>;
  /** A line for people. */
  onChange(line: string): void;
}

/** The workers of one detector on this machine: a set number, or as many as the frames need. */
export class DetectorCrew {
  readonly #options: CrewOptions;
  readonly #controller: WorkerController | undefined;
  readonly #cost = new FrameCost();
  /** By seat; a seat is taken until its worker is gone. */
  readonly #seats = new Map<number, { worker: SupervisedPart; isRetiring: boolean }>();

  constructor(options: CrewOptions) {
    this.#options = options;
    const bounds = workerBounds(options.detector);
    const { workers, targetLoad } = options.detector;
    const first = bounds ? (options.startsWithMost ? bounds.max : bounds.min) : workers === 'auto' ? 1 : workers;
    this.#controller = bounds && new WorkerController({ ...bounds, targetLoad }, first);
    for (let seat = 1; seat <= first; seat++) this.#take(seat);
  }

  /** Whether its number follows the load. */
  get isScaled(): boolean {
    return this.#controller !== undefined;
  }

  get detector(): string {
    return detectorId(this.#options.detector);
  }

  /** Workers that are to stay. */
  get workers(): SupervisedPart[] {
    return [...this.#seats.values()].filter(({ isRetiring }) => !isRetiring).map(({ worker }) => worker);
  }

  get secondsPerFrame(): number | undefined {
    return this.#cost.secondsPerFrame;
  }

  /** What one of the workers has done. */
  worked(work: WorkDone): void {
    this.#cost.add(work);
  }

  /** Starts or stops workers as the load asks for. @param atMs a clock that never jumps */
  saw({ inPerSecond, lagRecords }: GroupAccount, atMs: number): void {
    if (!this.#controller) return;
    const before = this.workers.length;
    const wanted = this.#controller.saw({ atMs, inPerSecond, lagRecords, secondsPerFrame: this.secondsPerFrame });
    for (let seat = 1; this.workers.length < wanted; seat++) if (!this.#seats.has(seat)) this.#take(seat);
    while (this.workers.length > wanted) this.#leave();
    if (wanted !== before) this.#tell(before, wanted, inPerSecond, lagRecords);
  }

  #take(seat: number): void {
    this.#seats.set(seat, { worker: this.#options.start(seat), isRetiring: false });
  }

  /** The worker in the highest seat goes. */
  #leave(): void {
    const seat = Math.max(...[...this.#seats].filter(([, { isRetiring }]) => !isRetiring).map(([number]) => number));
    const taken = this.#seats.get(seat);
    if (!taken) return;
    taken.isRetiring = true;
    void this.#options.retire(taken.worker).then(() => this.#seats.delete(seat));
  }

  #tell(before: number, wanted: number, inPerSecond: number, lagRecords: number): void {
    const { detector, onChange } = this.#options;
    const sum = `${inPerSecond.toFixed(1)} frames/s × ${this.secondsPerFrame?.toFixed(3)} s ÷ ${detector.targetLoad}`;
    const backlog = lagRecords > inPerSecond ? `, ${lagRecords} frames behind` : '';
    onChange(`${detector.name}: ${before} → ${wanted} workers (${sum}${backlog})`);
  }
}
