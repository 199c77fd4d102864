import assert from 'node:assert/strict';
import type { JoinReply, SyncReply } from '../../../src/broker/groups/group-types.ts';
import type { GroupDriver } from './group-driver.ts';

export const partitions = Array.from({ length: 7 }, (_, i) => i);

/** Who owns what, by generation: what no group may get wrong. */
export class Ownership {
  readonly #owners = new Map<number, Map<number, string>>();

  /** @throws when another consumer owns one of them in the same generation */
  claim(who: string, generationId: number, owned: readonly number[]): void {
    const generation = this.#owners.get(generationId) ?? new Map<number, string>();
    this.#owners.set(generationId, generation);
    for (const partition of owned) {
      const owner = generation.get(partition);
      assert.ok(owner === undefined || owner === who, `partition ${partition} has two owners in ${generationId}`);
      generation.set(partition, who);
    }
  }
}

export interface ConsumerOptions {
  driver: GroupDriver;
  ownership: Ownership;
  /** Of a static member. */
  instance: string | null;
  /** Keeps what it owns through a rebalance and gives up only what the leader takes from it. */
  isCooperative: boolean;
}

/** A consumer as real ones behave: joins, syncs, beats, rejoins when told; or silently dies. */
export class SimulatedConsumer {
  readonly options: ConsumerOptions;
  memberId = '';
  generationId = -1;
  owned: number[] = [];
  isStable = false;
  #joining: number | undefined;
  #syncing: number | undefined;

  constructor(options: ConsumerOptions) {
    this.options = options;
    this.join();
  }

  get instance(): string | null {
    return this.options.instance;
  }

  join(): void {
    const { driver, isCooperative } = this.options;
    this.isStable = false;
    this.#syncing = undefined;
    if (!isCooperative) this.owned = [];
    const name = isCooperative ? 'cooperative-sticky' : 'range';
    this.#joining = driver.join({
      memberId: this.memberId,
      groupInstanceId: this.instance,
      requiresKnownMemberId: true,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
      protocols: [{ name, metadata: Buffer.from(this.owned) }],
    });
  }

  /** Looks at the answers that have come and goes on. */
  step(): void {
    const { driver } = this.options;
    const joined = this.#joining === undefined ? undefined : driver.joins.get(this.#joining);
    if (joined !== undefined) this.#onJoined(joined);
    const synced = this.#syncing === undefined ? undefined : driver.syncs.get(this.#syncing);
    if (synced !== undefined) this.#onSynced(synced);
  }

  #onJoined(reply: JoinReply): void {
    this.#joining = undefined;
    if (reply.error === 'UNKNOWN_MEMBER_ID') this.#forget();
    else this.memberId = reply.memberId;
    if (reply.error !== 'NONE') {
      this.join();
      return;
    }
    this.generationId = reply.generationId;
    const isLeader = reply.leader === reply.memberId && !reply.skipAssignment;
    this.#syncing = this.options.driver.sync(this.memberId, {
      generationId: this.generationId,
      groupInstanceId: this.instance,
      assignments: isLeader ? this.#assign(reply.members) : [],
    });
  }

  /** Partition by partition in turn; a cooperative leader gives none away that another still owns. */
  #assign(members: JoinReply['members']): { memberId: string; assignment: Buffer }[] {
    const wanted = (partition: number) => members[partition % members.length];
    const owners = (partition: number) => members.filter(({ metadata }) => metadata.includes(partition));
    return members.map((member) => {
      const mayHave = (partition: number) => owners(partition).every((owner) => owner === member);
      const assigned = partitions.filter((partition) => wanted(partition) === member && mayHave(partition));
      return { memberId: member.memberId, assignment: Buffer.from(assigned) };
    });
  }

  #onSynced(reply: SyncReply): void {
    this.#syncing = undefined;
    if (reply.error !== 'NONE') {
      if (reply.error === 'UNKNOWN_MEMBER_ID') this.#forget();
      this.join();
      return;
    }
    const { ownership, isCooperative } = this.options;
    const assigned = [...reply.assignment];
    const mustGiveUp = isCooperative && this.owned.some((partition) => !assigned.includes(partition));
    this.isStable = true;
    this.owned = assigned;
    ownership.claim(this.instance ?? this.memberId, this.generationId, this.owned);
    if (mustGiveUp) this.join();
  }

  beat(): void {
    if (!this.isStable) return;
    const error = this.options.driver.heartbeat(this.memberId, this.generationId, this.instance);
    if (error === 'NONE') return;
    if (error === 'UNKNOWN_MEMBER_ID') this.#forget();
    this.join();
  }

  #forget(): void {
    this.memberId = '';
    this.owned = [];
  }
}
