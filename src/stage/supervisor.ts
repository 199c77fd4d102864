import { type Clock, systemClock } from '../base/clock.ts';
import type { FaultCode } from '../base/errors.ts';
import { type PartEvent, type PartSpec, SupervisedPart, type SupervisionPolicy } from './supervised-part.ts';

/** Faults that a restart meets again. */
const permanentFaults: ReadonlySet<FaultCode> = new Set([
  'USAGE',
  'CONFIG_NOT_FOUND',
  'CONFIG_INVALID',
  'CONFIG_SECRET_MISSING',
  'SOURCE_NOT_FOUND',
  'SOURCE_UNREADABLE',
  'MODEL_NOT_FOUND',
  'MODEL_UNAVAILABLE',
  'MODEL_INVALID',
  'MODEL_SHAPE',
  'OPTIONAL_PART_MISSING',
]);
/** Faults that nothing but a person heals at the first start; later the part once had what it now lacks. */
const permanentAtStart: ReadonlySet<FaultCode> = new Set([
  'PORT_IN_USE',
  'LISTEN_FAILED',
  'DATA_DIRECTORY_IN_USE',
  'DATA_DIRECTORY_UNUSABLE',
]);

/** A quick first restart, then more and more patience; never giving up what once worked. */
export const defaultPolicy: SupervisionPolicy = {
  restartDelaysMs: [100, 500, 1000, 2000, 5000, 10_000],
  steadyAfterMs: 30_000,
  giveUpAfter: { neverReady: 5, onceReady: Number.POSITIVE_INFINITY },
  isPermanent: ({ code }, wasReady) => permanentFaults.has(code) || (!wasReady && permanentAtStart.has(code)),
};

/** Time that an orderly stop leaves to each later group, however long an earlier one takes. */
const reservedMs = 400;

export interface SupervisorOptions {
  onEvent: (event: PartEvent) => void;
  policy?: SupervisionPolicy;
  clock?: Clock;
}

/** Keeps parts running, each by itself, and ends them in order. */
export class Supervisor {
  readonly #options: Required<SupervisorOptions>;
  readonly #parts = new Map<string, SupervisedPart>();
  #isStopping = false;

  constructor({ onEvent, policy = defaultPolicy, clock = systemClock }: SupervisorOptions) {
    this.#options = { onEvent, policy, clock };
  }

  /** Starts a part under a name of its own; the state of it is in the returned object. */
  start(spec: PartSpec): SupervisedPart {
    if (this.#parts.has(spec.name)) throw new TypeError(`the part ${spec.name} was started already`);
    if (this.#isStopping) throw new TypeError(`the part ${spec.name} cannot start: supervision is ending`);
    const part = new SupervisedPart({ spec, ...this.#options });
    this.#parts.set(spec.name, part);
    return part;
  }

  /**
   * Ends one part for good while the others go on; killed when it is still there after `graceMs`. Its name is free again
   * once it is over.
   */
  async retire(part: SupervisedPart, graceMs: number): Promise<void> {
    await this.#stopGroup([part], graceMs);
    if (this.#parts.get(part.name) === part) this.#parts.delete(part.name);
  }

  /** Resolves when every part has finished, failed or was stopped. */
  async whenOver(): Promise<void> {
    await Promise.all([...this.#parts.values()].map((part) => part.whenOver));
  }

  /**
   * Ends one group of parts after the other. What a group leaves of its time goes to the next; parts that are still
   * there when their group's time is up are killed.
   *
   * @param order names by group; parts that are not named end last
   * @param deadlineMs for all groups together
   */
  async stop(order: readonly (readonly string[])[], deadlineMs: number): Promise<void> {
    this.#isStopping = true;
    const { clock } = this.#options;
    const startedMs = clock.monotonicMs();
    const groups = this.#groups(order);
    for (const [index, group] of groups.entries()) {
      const untilMs = startedMs + deadlineMs - reservedMs * (groups.length - 1 - index);
      await this.#stopGroup(group, Math.max(0, untilMs - clock.monotonicMs()));
    }
  }

  /** Ends everything at once. */
  kill(): void {
    this.#isStopping = true;
    for (const part of this.#parts.values()) part.kill();
  }

  #groups(order: readonly (readonly string[])[]): SupervisedPart[][] {
    const named = new Set(order.flat());
    const rest = [...this.#parts.keys()].filter((name) => !named.has(name));
    return [...order, rest]
      .map((names) => [...new Set(names)].flatMap((name) => this.#parts.get(name) ?? []))
      .filter((group) => group.length > 0);
  }

  async #stopGroup(group: readonly SupervisedPart[], graceMs: number): Promise<void> {
    for (const part of group) part.stop();
    const over = Promise.all(group.map((part) => part.whenOver));
    const cancel = this.#options.clock.after(graceMs, () => {
      for (const part of group) part.kill();
    });
    await over;
    cancel();
  }
}
