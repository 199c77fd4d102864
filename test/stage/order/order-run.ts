import { FrameOrder } from '../../../src/stage/order/frame-order.ts';
import type { CameraOrderState, GroupProgress, OrderCounts, Ordered } from '../../../src/stage/order/order-types.ts';
import type { Random } from './random.ts';
import { World, type WorldOptions } from './world.ts';

/** Ways to break the promises that the order builds on: each must show. */
export type PlantedFault =
  | 'progress before its results were read'
  | 'restart at the position instead of the first held'
  | 'state forgotten'
  | 'an old progress passed off as a new one'
  | 'results thrown away';

export interface RunOptions extends Omit<WorldOptions, 'random'> {
  random: Random;
  steps: number;
  restarts: boolean;
  fault?: PlantedFault | undefined;
}

interface Taking {
  stage: 'ends' | 'processed' | 'results' | 'wait';
  ticket: number;
  ends: bigint[];
  processed: bigint[];
  until: number[];
}

interface Kept {
  positions: number[];
  statements: number;
  states: Map<string, CameraOrderState>;
  items: number;
}

/** A stage that reads a world's results through a `FrameOrder`, asks for progress, crashes and goes on. */
export class OrderRun {
  readonly world: World;
  readonly items: Ordered<string>[] = [];
  readonly counts: OrderCounts = { released: 0, missing: 0, givenUp: 0, skipped: 0, late: 0, doubled: 0 };
  hasRestarted = false;
  mostHeld = 0;
  readonly #options: RunOptions;
  #order: FrameOrder<string>;
  #positions: number[];
  #statements = 0;
  #taking: Taking | undefined;
  #kept: Kept;

  constructor(options: RunOptions) {
    this.#options = options;
    this.world = new World(options);
    this.#order = new FrameOrder({ delivery: options.delivery });
    this.#positions = this.world.results.map(() => 0);
    this.#kept = { positions: [...this.#positions], statements: 0, states: new Map(), items: 0 };
  }

  /** Lets things happen, then lets everything come to its end. */
  run(): void {
    const { random, steps } = this.#options;
    for (let step = 0; step < steps; step++) {
      this.world.step();
      for (let more = random.between(0, 3); more > 0; more--) this.#step();
    }
    this.world.finish();
    for (let round = 0; round < 60; round++) this.#settle();
    this.#addCounts();
  }

  get heldFrames(): number {
    return this.#order.heldFrames;
  }

  get wantsProgress(): boolean {
    return this.#order.wantsProgress;
  }

  #step(): void {
    const { random, restarts } = this.#options;
    const dice = random.next();
    if (dice < 0.7) this.#read(random.between(0, this.#positions.length - 1));
    else if (dice < 0.78) this.#learn();
    else if (dice < 0.95) this.#progress();
    else if (dice < 0.98) this.#keep();
    else if (restarts) this.#restart();
  }

  /** Reads all there is, and takes a whole progress. */
  #settle(): void {
    while (this.#statements < this.world.statements.length) this.#learn();
    for (const partition of this.#positions.keys()) while (this.#read(partition));
    for (let stages = 0; stages < 5; stages++) this.#progress();
  }

  #read(partition: number): boolean {
    const offset = this.#positions[partition] ?? 0;
    const result = this.world.results[partition]?.[offset];
    if (!result) return false;
    this.#positions[partition] = offset + 1;
    if (this.#options.fault === 'results thrown away' && this.#options.random.chance(0.01)) return true;
    const { camera, session, frame, input } = result;
    const arrived = {
      camera,
      session,
      frame,
      input: { partition: input.partition, offset: BigInt(input.offset) },
      output: { partition, offset: BigInt(offset) },
      sizeBytes: 100,
      payload: `${session}/${frame}`,
    };
    this.items.push(...this.#order.add(arrived));
    this.mostHeld = Math.max(this.mostHeld, this.#order.heldFrames);
    return true;
  }

  #learn(): void {
    const statement = this.world.statements[this.#statements];
    if (!statement) return;
    this.#statements++;
    this.items.push(...this.#order.learn(statement));
  }

  /** One step of taking a progress; the world goes on between them. */
  #progress(): void {
    const { fault } = this.#options;
    this.#taking ??= { stage: 'ends', ticket: this.#order.ticket, ends: [], processed: [], until: [] };
    const taking = this.#taking;
    if (taking.stage === 'ends') {
      taking.ends = this.world.frames.map((log) => BigInt(log.length));
      taking.stage = 'processed';
    } else if (taking.stage === 'processed') {
      taking.processed = this.world.committed.map(BigInt);
      taking.stage = 'results';
    } else if (taking.stage === 'results') {
      taking.until = this.world.results.map((log) => log.length);
      taking.stage = 'wait';
    } else {
      const isRead = taking.until.every((end, partition) => (this.#positions[partition] ?? 0) >= end);
      if (!isRead && fault !== 'progress before its results were read') return;
      this.#taking = undefined;
      const isOld = fault === 'an old progress passed off as a new one';
      const ticket = isOld ? this.#order.ticket : taking.ticket;
      const progress: GroupProgress = { ticket, ends: taking.ends, processed: taking.processed };
      this.items.push(...this.#order.advance(progress));
    }
  }

  /** A transaction: what came out, the states, and where to read on. */
  #keep(): void {
    const states = new Map(
      this.#options.cameras.flatMap((camera) => {
        const state = this.#order.stateOf(camera);
        return state ? [[camera, structuredClone(state)] as const] : [];
      }),
    );
    const positions = this.#positions.map((position, partition) =>
      this.#options.fault === 'restart at the position instead of the first held'
        ? position
        : Number(this.#order.restartOffset(partition, BigInt(position))),
    );
    this.#kept = { positions, statements: this.#statements, states, items: this.items.length };
  }

  #restart(): void {
    this.#addCounts();
    this.hasRestarted = true;
    this.#order = new FrameOrder({ delivery: this.#options.delivery });
    this.#taking = undefined;
    this.#positions = [...this.#kept.positions];
    // The statements are read again from the first.
    this.#statements = 0;
    this.items.length = this.#kept.items;
    if (this.#options.fault === 'state forgotten') return;
    for (const [camera, state] of this.#kept.states) {
      this.#order.restore(camera, this.world.outputPartitionOf(camera), JSON.parse(JSON.stringify(state)));
    }
  }

  #addCounts(): void {
    for (const key of Object.keys(this.counts) as (keyof OrderCounts)[]) this.counts[key] += this.#order.counts[key];
  }
}
