import { advance } from '../../../src/broker/groups/deadlines.ts';
import { Group } from '../../../src/broker/groups/group.ts';
import type {
  GroupEffect,
  GroupSettings,
  GroupSnapshot,
  JoinEvent,
  JoinReply,
  MemberIdentity,
  SyncReply,
} from '../../../src/broker/groups/group-types.ts';
import { join } from '../../../src/broker/groups/join.ts';
import { heartbeat, leave, stored, sync } from '../../../src/broker/groups/sync.ts';
import type { ErrorName } from '../../../src/wire/error-codes.ts';

export const defaultSettings: GroupSettings = {
  minSessionTimeoutMs: 1000,
  maxSessionTimeoutMs: 60_000,
  maxSize: 100,
  initialRebalanceDelayMs: 0,
};

/** Runs a group by hand: time moves only when told, and every answer is kept under its request's number. */
export class GroupDriver {
  group: Group;
  nowMs = 0;
  readonly joins = new Map<number, JoinReply>();
  readonly syncs = new Map<number, SyncReply>();
  readonly snapshots: GroupSnapshot[] = [];
  /** When false, snapshots wait for `releaseStores`. */
  storesAtOnce = true;
  readonly heldStores: { token: number; snapshot: GroupSnapshot }[] = [];
  #lastRequest = 0;
  #lastMember = 0;

  constructor(settings: Partial<GroupSettings> = {}) {
    this.group = new Group('group', { ...defaultSettings, ...settings }, 0);
  }

  join(event: Partial<JoinEvent> = {}): number {
    const requestId = ++this.#lastRequest;
    const full: JoinEvent = {
      requestId,
      memberId: '',
      groupInstanceId: null,
      clientId: 'client',
      clientHost: '127.0.0.1',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 30_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from('topics') }],
      requiresKnownMemberId: false,
      supportsSkippingAssignment: true,
      ...event,
    };
    this.run(join(this.group, full, this.now(), () => `member-${++this.#lastMember}`));
    return requestId;
  }

  sync(memberId: string, options: Partial<Parameters<typeof sync>[1]> = {}): number {
    const requestId = ++this.#lastRequest;
    const event = {
      requestId,
      memberId,
      groupInstanceId: null,
      generationId: this.group.generationId,
      protocolType: null,
      protocolName: null,
      assignments: [],
      ...options,
    };
    this.run(sync(this.group, event, this.now()));
    return requestId;
  }

  heartbeat(
    memberId: string,
    generationId = this.group.generationId,
    groupInstanceId: string | null = null,
  ): ErrorName {
    return heartbeat(this.group, { memberId, groupInstanceId, generationId }, this.now());
  }

  leave(identity: Partial<MemberIdentity>): ErrorName {
    const outcome = leave(this.group, { memberId: '', groupInstanceId: null, ...identity }, this.now());
    this.run(outcome.effects);
    return outcome.error;
  }

  /** Moves time on, stopping at every deadline on the way. */
  wait(ms: number): void {
    const until = this.nowMs + ms;
    for (let next = this.group.nextDeadlineMs(); next <= until; next = this.group.nextDeadlineMs()) {
      this.nowMs = Math.max(this.nowMs, next);
      this.run(advance(this.group, this.now()));
    }
    this.nowMs = until;
  }

  releaseStores(error: ErrorName = 'NONE'): void {
    for (let first = this.heldStores.shift(); first !== undefined; first = this.heldStores.shift()) {
      const { token, snapshot } = first;
      if (error === 'NONE') this.snapshots.push(snapshot);
      this.run(stored(this.group, token, error, this.now()));
    }
  }

  /** What a restarted broker finds. */
  lastStored(): GroupSnapshot | undefined {
    return this.snapshots.at(-1);
  }

  /** Number of the request that comes next. */
  get nextRequest(): number {
    return this.#lastRequest + 1;
  }

  now() {
    return { nowMs: this.nowMs, wallMs: this.nowMs };
  }

  run(effects: GroupEffect[]): void {
    for (const effect of effects) {
      if (effect.type === 'join-reply') this.#answer(this.joins, effect.requestId, effect.reply);
      else if (effect.type === 'sync-reply') this.#answer(this.syncs, effect.requestId, effect.reply);
      else this.#store(effect.token, effect.snapshot);
    }
  }

  #answer<T>(answers: Map<number, T>, requestId: number, reply: T): void {
    if (answers.has(requestId)) throw new Error(`request ${requestId} was answered twice`);
    answers.set(requestId, reply);
  }

  #store(token: number, snapshot: GroupSnapshot): void {
    // As in a log, nothing is stored before what was written earlier.
    if (!this.storesAtOnce || this.heldStores.length > 0) {
      this.heldStores.push({ token, snapshot });
      return;
    }
    this.snapshots.push(snapshot);
    this.run(stored(this.group, token, 'NONE', this.now()));
  }
}
