import type { GroupEffect, GroupSnapshot } from '../../../src/broker/groups/group-types.ts';
import { stored } from '../../../src/broker/groups/sync.ts';
import { GroupDriver } from './group-driver.ts';

type Settings = ConstructorParameters<typeof GroupDriver>[0];

class NeverTellsOfRebalances extends GroupDriver {
  override heartbeat(...args: Parameters<GroupDriver['heartbeat']>) {
    super.heartbeat(...args);
    return 'NONE' as const;
  }
}

class NeverEndsSessions extends GroupDriver {
  override wait(ms: number): void {
    this.nowMs += ms;
  }
}

/** Every member gets the first assignment it ever got. */
class HandsOutOldAssignments extends GroupDriver {
  readonly #first = new Map<string, Buffer>();
  readonly #askedBy = new Map<number, string>();

  override sync(memberId: string, options: Parameters<GroupDriver['sync']>[1] = {}): number {
    this.#askedBy.set(this.nextRequest, memberId);
    return super.sync(memberId, options);
  }

  override run(effects: GroupEffect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'sync-reply' || effect.reply.error !== 'NONE') continue;
      const memberId = this.#askedBy.get(effect.requestId) ?? '';
      const first = this.#first.get(memberId) ?? effect.reply.assignment;
      this.#first.set(memberId, first);
      effect.reply.assignment = first;
    }
    super.run(effects);
  }
}

class NeverRaisesTheGeneration extends GroupDriver {
  override run(effects: GroupEffect[]): void {
    const isNew = effects.some((each) => each.type === 'join-reply' && each.reply.generationId > 1);
    if (isNew) this.group.generationId = 1;
    for (const each of effects)
      if (each.type === 'join-reply' && each.reply.generationId > 1) each.reply.generationId = 1;
    super.run(effects);
  }
}

/** The leader is told what each member owned when it first joined. */
class RemembersFirstSubscriptions extends GroupDriver {
  readonly #first = new Map<string, Buffer>();

  override run(effects: GroupEffect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'join-reply') continue;
      for (const member of effect.reply.members) {
        const first = this.#first.get(member.memberId) ?? member.metadata;
        this.#first.set(member.memberId, first);
        member.metadata = first;
      }
    }
    super.run(effects);
  }
}

class RestoresTheFirstSnapshot extends GroupDriver {
  override lastStored(): GroupSnapshot | undefined {
    return this.snapshots[0];
  }
}

/** Members are answered before the group is stored, so that a restart takes back what they were told. */
class AnswersBeforeItStores extends GroupDriver {
  override run(effects: GroupEffect[]): void {
    for (const effect of effects) {
      if (effect.type !== 'store' || this.storesAtOnce) super.run([effect]);
      else super.run(stored(this.group, effect.token, 'NONE', this.now()));
    }
  }
}

/** Groups with a planted fault each. */
export const faultyDrivers: { fault: string; create: (settings: Settings) => GroupDriver }[] = [
  { fault: 'members are never told of a rebalance', create: (settings) => new NeverTellsOfRebalances(settings) },
  { fault: 'sessions never end', create: (settings) => new NeverEndsSessions(settings) },
  { fault: 'old assignments are handed out', create: (settings) => new HandsOutOldAssignments(settings) },
  { fault: 'generations share one number', create: (settings) => new NeverRaisesTheGeneration(settings) },
  { fault: 'leaders are told old subscriptions', create: (settings) => new RemembersFirstSubscriptions(settings) },
  { fault: 'a restart brings back the first generation', create: (settings) => new RestoresTheFirstSnapshot(settings) },
  {
    fault: 'members are answered before the group is stored',
    create: (settings) => new AnswersBeforeItStores(settings),
  },
];
