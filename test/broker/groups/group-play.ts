import assert from 'node:assert/strict';
import { Group } from '../../../src/broker/groups/group.ts';
import { Random } from '../random.ts';
import { GroupDriver } from './group-driver.ts';
import { Ownership, partitions, SimulatedConsumer } from './simulated-consumer.ts';

const heartbeatMs = 3000;

export interface PlayOptions {
  seed: number;
  isCooperative: boolean;
  /** What runs the group: one with a planted fault, when the model itself is on trial. */
  createDriver?: (settings: ConstructorParameters<typeof GroupDriver>[0]) => GroupDriver;
}

/**
 * Members join, leave, die, come back and miss heartbeats, and the broker restarts, in an order that follows from the seed; then
 * all who are left behave.
 *
 * @throws when a partition has two owners in one generation, one who gets it before another has given it up, or none in the end
 */
export function play({
  seed,
  isCooperative,
  createDriver = (settings) => new GroupDriver(settings),
}: PlayOptions): void {
  const random = new Random(seed);
  const driver = createDriver({ initialRebalanceDelayMs: random.below(2) * 50 });
  const scene = new Scene(driver, random, isCooperative);
  for (let i = 0; i < 120; i++) scene.act();
  scene.settle();
  scene.check();
}

class Scene {
  readonly #driver: GroupDriver;
  readonly #random: Random;
  readonly #isCooperative: boolean;
  readonly #ownership = new Ownership();
  readonly #alive: SimulatedConsumer[] = [];
  #instances = 0;

  constructor(driver: GroupDriver, random: Random, isCooperative: boolean) {
    this.#driver = driver;
    this.#random = random;
    this.#isCooperative = isCooperative;
  }

  act(): void {
    const random = this.#random;
    this.#driver.storesAtOnce = random.below(2) === 0;
    if (random.below(4) === 0) this.#driver.releaseStores();
    const dice = random.below(12);
    const one = random.pick(this.#alive);
    if (dice < 2 && this.#alive.length < 8) {
      const instance = random.below(3) === 0 ? `instance-${this.#instances++}` : null;
      this.#alive.push(this.#consumer(instance));
    } else if (dice === 2 && one !== undefined && one.memberId !== '') {
      this.#alive.splice(this.#alive.indexOf(one), 1);
      this.#driver.leave({ memberId: one.memberId, groupInstanceId: one.instance });
    } else if (dice === 3 && one !== undefined) {
      this.#alive.splice(this.#alive.indexOf(one), 1);
    } else if (dice === 4 && one !== undefined && one.instance !== null) {
      this.#alive.splice(this.#alive.indexOf(one), 1, this.#consumer(one.instance));
    } else if (dice === 5 && random.below(4) === 0) {
      this.#restart();
    } else if (dice < 9) {
      this.#step();
    } else {
      this.#driver.wait(random.below(4000));
      for (const consumer of this.#alive) consumer.beat();
    }
  }

  #consumer(instance: string | null): SimulatedConsumer {
    const isCooperative = this.#isCooperative;
    return new SimulatedConsumer({ driver: this.#driver, ownership: this.#ownership, instance, isCooperative });
  }

  /** Everybody looks at what has come; what one comes to own nobody else may still hold who stays a member. */
  #step(): void {
    for (const consumer of this.#alive) {
      const before = new Set(consumer.owned);
      consumer.step();
      const others = this.#alive.filter((each) => each !== consumer && this.#driver.group.members.has(each.memberId));
      for (const partition of consumer.owned.filter((each) => !before.has(each))) {
        const holder = others.find((each) => each.owned.includes(partition) && this.#isBound(each));
        assert.ok(!holder, `partition ${partition} went to ${consumer.memberId} while ${holder?.memberId} held it`);
      }
    }
  }

  /** An eager consumer that has not heard of the next generation yet cannot know that its partitions have gone. */
  #isBound(holder: SimulatedConsumer): boolean {
    return this.#isCooperative || holder.generationId === this.#driver.group.generationId;
  }

  /** The broker restarts: the group is what was last stored, and nobody's waiting request is answered. */
  #restart(): void {
    const snapshot = this.#driver.lastStored();
    if (snapshot === undefined) return;
    // What was still on its way to the disk went with the broker.
    this.#driver.heldStores.length = 0;
    this.#driver.group = Group.restore('group', this.#driver.group.settings, snapshot, this.#driver.nowMs);
    for (const consumer of this.#alive) if (!consumer.isStable) consumer.join();
  }

  settle(): void {
    this.#driver.storesAtOnce = true;
    this.#driver.releaseStores();
    for (let round = 0; round < 60; round++) {
      for (const consumer of this.#alive) consumer.beat();
      for (let i = 0; i < 10; i++) this.#step();
      this.#driver.wait(heartbeatMs);
    }
  }

  check(): void {
    const { group } = this.#driver;
    const ids = this.#alive.map((consumer) => consumer.memberId).sort();
    assert.equal(group.state, ids.length === 0 ? 'Empty' : 'Stable');
    assert.deepEqual([...group.members.keys()].sort(), ids);
    const owned = this.#alive.flatMap((consumer) => consumer.owned).sort();
    assert.deepEqual(owned, ids.length === 0 ? [] : partitions);
  }
}
