import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Group } from '../../../src/broker/groups/group.ts';
import { Random } from '../random.ts';
import { defaultSettings, GroupDriver } from './group-driver.ts';

const partitions = Array.from({ length: 7 }, (_, i) => i);
const heartbeatMs = 3000;

/** A consumer as real ones behave: joins, syncs, beats, rejoins when told; or silently dies. */
class SimulatedConsumer {
  readonly driver: GroupDriver;
  readonly owners: Map<string, Map<number, string>>;
  readonly instance: string | null;
  memberId = '';
  generationId = -1;
  joining: number | undefined;
  syncing: number | undefined;
  owned: number[] = [];
  isStable = false;

  constructor(driver: GroupDriver, owners: SimulatedConsumer['owners'], instance: string | null) {
    this.driver = driver;
    this.owners = owners;
    this.instance = instance;
    this.join();
  }

  join(): void {
    this.isStable = false;
    this.syncing = undefined;
    this.joining = this.driver.join({
      memberId: this.memberId,
      groupInstanceId: this.instance,
      requiresKnownMemberId: true,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 20_000,
    });
  }

  /** Looks at the answers that have come and goes on. */
  step(): void {
    const joined = this.joining === undefined ? undefined : this.driver.joins.get(this.joining);
    if (joined !== undefined) this.onJoined(joined);
    const synced = this.syncing === undefined ? undefined : this.driver.syncs.get(this.syncing);
    if (synced !== undefined) this.onSynced(synced);
  }

  onJoined(reply: NonNullable<ReturnType<GroupDriver['joins']['get']>>): void {
    this.joining = undefined;
    if (reply.error === 'UNKNOWN_MEMBER_ID') this.memberId = '';
    else this.memberId = reply.memberId;
    if (reply.error !== 'NONE') {
      this.join();
      return;
    }
    this.generationId = reply.generationId;
    const isLeader = reply.leader === reply.memberId && !reply.skipAssignment;
    const ids = reply.members.map((member) => member.memberId);
    const assignments = ids.map((memberId, i) => ({
      memberId,
      assignment: Buffer.from(partitions.filter((partition) => partition % ids.length === i)),
    }));
    this.syncing = this.driver.sync(this.memberId, {
      generationId: this.generationId,
      groupInstanceId: this.instance,
      assignments: isLeader ? assignments : [],
    });
  }

  onSynced(reply: NonNullable<ReturnType<GroupDriver['syncs']['get']>>): void {
    this.syncing = undefined;
    if (reply.error !== 'NONE') {
      if (reply.error === 'UNKNOWN_MEMBER_ID') this.memberId = '';
      this.join();
      return;
    }
    this.isStable = true;
    this.owned = [...reply.assignment];
    this.claim();
  }

  claim(): void {
    const generation = this.owners.get(`${this.generationId}`) ?? new Map<number, string>();
    this.owners.set(`${this.generationId}`, generation);
    for (const partition of this.owned) {
      const owner = generation.get(partition);
      const mine = this.instance ?? this.memberId;
      assert.ok(owner === undefined || owner === mine, `partition ${partition} has two owners in ${this.generationId}`);
      generation.set(partition, mine);
    }
  }

  beat(): void {
    if (!this.isStable) return;
    const error = this.driver.heartbeat(this.memberId, this.generationId, this.instance);
    if (error === 'NONE') return;
    if (error === 'UNKNOWN_MEMBER_ID') this.memberId = '';
    this.join();
  }
}

function settle(driver: GroupDriver, alive: SimulatedConsumer[]): void {
  driver.storesAtOnce = true;
  driver.releaseStores();
  for (let round = 0; round < 40; round++) {
    for (const consumer of alive) consumer.beat();
    for (let i = 0; i < 10; i++) for (const consumer of alive) consumer.step();
    driver.wait(heartbeatMs);
  }
}

function play(seed: number): void {
  const random = new Random(seed);
  const driver = new GroupDriver({ initialRebalanceDelayMs: random.below(2) * 50 });
  const owners: SimulatedConsumer['owners'] = new Map();
  const alive: SimulatedConsumer[] = [];
  let instances = 0;
  for (let i = 0; i < 120; i++) {
    driver.storesAtOnce = random.below(2) === 0;
    if (random.below(4) === 0) driver.releaseStores();
    const dice = random.below(12);
    const one = random.pick(alive);
    if (dice < 2 && alive.length < 8) {
      const instance = random.below(3) === 0 ? `instance-${instances++}` : null;
      alive.push(new SimulatedConsumer(driver, owners, instance));
    } else if (dice === 2 && one !== undefined && one.memberId !== '') {
      alive.splice(alive.indexOf(one), 1);
      driver.leave({ memberId: one.memberId, groupInstanceId: one.instance });
    } else if (dice === 3 && one !== undefined) {
      alive.splice(alive.indexOf(one), 1);
    } else if (dice === 4 && one !== undefined && one.instance !== null) {
      alive.splice(alive.indexOf(one), 1, new SimulatedConsumer(driver, owners, one.instance));
    } else if (dice === 5 && driver.snapshots.length > 0 && random.below(4) === 0) {
      restart(driver, alive);
    } else if (dice < 9) {
      for (const consumer of alive) consumer.step();
    } else {
      driver.wait(random.below(4000));
      for (const consumer of alive) consumer.beat();
    }
  }
  settle(driver, alive);
  checkSettled(driver, alive);
}

/** The broker restarts: the group is what was last stored, and nobody's waiting request is answered. */
function restart(driver: GroupDriver, alive: SimulatedConsumer[]): void {
  const snapshot = driver.snapshots.at(-1);
  if (snapshot === undefined) return;
  // What was still on its way to the disk went with the broker.
  driver.heldStores.length = 0;
  driver.group = Group.restore('group', driver.group.settings, snapshot, driver.nowMs);
  for (const consumer of alive) if (!consumer.isStable) consumer.join();
}

function checkSettled(driver: GroupDriver, alive: SimulatedConsumer[]): void {
  assert.equal(driver.group.state, alive.length === 0 ? 'Empty' : 'Stable');
  assert.deepEqual([...driver.group.members.keys()].sort(), alive.map((consumer) => consumer.memberId).sort());
  const owned = alive.flatMap((consumer) => consumer.owned).sort();
  assert.deepEqual(owned, alive.length === 0 ? [] : partitions);
}

test('whatever members do, each partition has one owner per generation, and in the end all are owned', () => {
  assert.equal(defaultSettings.maxSize, 100);
  for (let seed = 1; seed <= 300; seed++) {
    try {
      play(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
  }
});
