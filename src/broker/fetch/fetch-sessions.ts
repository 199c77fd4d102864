import { randomInt } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { ErrorName } from '../../wire/error-codes.ts';
import type { FetchRequest } from '../../wire/messages/01-fetch.ts';
import type { BrokerSettings } from '../configs/broker-settings.ts';
import { FetchSession, type PartitionAnswer, type Wanted } from './fetch-session.ts';

/** How long a session that another one would replace is safe, as in Apache Kafka. */
export const evictionMs = 120_000;
/** Over all sessions: what hostile clients can make the broker remember is bounded. */
export const mostPartitions = 500_000;

const noSession = 0;
const newSessionEpoch = 0;
const noSessionEpoch = -1;
const topicIdsSinceVersion = 13;

export interface Answered {
  wanted: Wanted;
  answer: PartitionAnswer;
}

/** What a request wants to read, and how its answer is to look. */
export interface FetchPlan {
  readonly wanted: readonly Wanted[];
  /** To be called once, with an answer for each wanted partition. @returns what of it the client is to be told */
  conclude(answered: Answered[]): { error: ErrorName; sessionId: number; answered: Answered[] };
}

interface Cached {
  session: FetchSession;
  usedMs: number;
}

/**
 * The fetch sessions of all clients, as many as `max.incremental.fetch.session.cache.slots` allows.
 *
 * Who comes when all places are taken gets the place of the session that was not used for the longest time, when that is over
 * two minutes; else that of one which is older than two minutes and smaller than the new one; else none, and goes on
 * naming all its partitions. Rules as in Apache Kafka.
 */
export class FetchSessions {
  readonly #settings: BrokerSettings;
  readonly #clock: Clock;
  /** Least recently used first. */
  readonly #cached = new Map<number, Cached>();
  #evictions = 0;

  constructor(settings: BrokerSettings, clock: Clock) {
    this.#settings = settings;
    this.#clock = clock;
  }

  get size(): number {
    return this.#cached.size;
  }

  get evictions(): number {
    return this.#evictions;
  }

  get partitionCount(): number {
    let sum = 0;
    for (const { session } of this.#cached.values()) sum += session.size;
    return sum;
  }

  /** Finds out what a request wants, with what it leaves out because a session knows it. */
  plan(request: FetchRequest, apiVersion: number): FetchPlan | ErrorName {
    const usesTopicIds = apiVersion >= topicIdsSinceVersion;
    const wanted = wantedBy(request);
    if (request.sessionEpoch !== newSessionEpoch && request.sessionEpoch !== noSessionEpoch)
      return this.#continue(request, wanted, usesTopicIds);
    this.#cached.delete(request.sessionId);
    return request.sessionEpoch === noSessionEpoch ? withoutSession(wanted) : this.#begin(wanted, usesTopicIds);
  }

  #begin(wanted: readonly Wanted[], usesTopicIds: boolean): FetchPlan {
    return {
      wanted,
      conclude: (answered) => {
        const session = this.#create(wanted, usesTopicIds);
        for (const each of answered) session?.note(each.wanted, each.answer);
        return { error: 'NONE', sessionId: session?.id ?? noSession, answered };
      },
    };
  }

  #continue(request: FetchRequest, changed: readonly Wanted[], usesTopicIds: boolean): FetchPlan | ErrorName {
    const { sessionId, sessionEpoch } = request;
    const session = this.#cached.get(sessionId)?.session;
    if (session === undefined) return 'FETCH_SESSION_ID_NOT_FOUND';
    if (session.nextEpoch !== sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH';
    if (session.usesTopicIds !== usesTopicIds) return 'FETCH_SESSION_TOPIC_ID_ERROR';
    if (changed.length > 0 && this.partitionCount + changed.length > mostPartitions) {
      this.#cached.delete(sessionId);
      return 'FETCH_SESSION_ID_NOT_FOUND';
    }
    session.update(changed, request.forgottenTopicsData);
    if (session.size === 0) {
      this.#cached.delete(sessionId);
      return withoutSession([]);
    }
    this.#touch(session);
    session.advance();
    return incremental(session);
  }

  #touch(session: FetchSession): void {
    this.#cached.delete(session.id);
    this.#cached.set(session.id, { session, usedMs: this.#clock.monotonicMs() });
  }

  #create(wanted: readonly Wanted[], usesTopicIds: boolean): FetchSession | undefined {
    if (this.partitionCount + wanted.length > mostPartitions) return undefined;
    const slots = this.#settings.number('max.incremental.fetch.session.cache.slots');
    const nowMs = this.#clock.monotonicMs();
    const hasRoom = this.#cached.size < slots || this.#tryEvict(wanted.length, nowMs);
    if (!hasRoom) return undefined;
    const session = new FetchSession({ id: this.#newId(), nowMs, usesTopicIds, wanted });
    this.#touch(session);
    return session;
  }

  /** Makes room for a session of `size` partitions, when there is one that has to yield. */
  #tryEvict(size: number, nowMs: number): boolean {
    const victim = this.#stale(nowMs) ?? this.#smallest(size, nowMs);
    if (victim === undefined) return false;
    this.#cached.delete(victim.id);
    this.#evictions++;
    return true;
  }

  #stale(nowMs: number): FetchSession | undefined {
    const oldest = this.#cached.values().next().value;
    return oldest !== undefined && nowMs - oldest.usedMs > evictionMs ? oldest.session : undefined;
  }

  #smallest(size: number, nowMs: number): FetchSession | undefined {
    let found: FetchSession | undefined;
    for (const { session } of this.#cached.values()) {
      const mayYield = nowMs - session.createdMs > evictionMs && session.size < size;
      if (mayYield && (found === undefined || session.size < found.size)) found = session;
    }
    return found;
  }

  #newId(): number {
    for (;;) {
      const id = randomInt(1, 2 ** 31);
      if (!this.#cached.has(id)) return id;
    }
  }
}

function wantedBy({ topics }: FetchRequest): Wanted[] {
  return topics.flatMap(({ topic, topicId, partitions }) => partitions.map((request) => ({ topic, topicId, request })));
}

function withoutSession(wanted: readonly Wanted[]): FetchPlan {
  return { wanted, conclude: (answered) => ({ error: 'NONE', sessionId: noSession, answered }) };
}

/** Reads every partition of the session, and answers for those with something new. */
function incremental(session: FetchSession): FetchPlan {
  const expectedEpoch = session.nextEpoch;
  return {
    wanted: session.wanted(),
    conclude(answered) {
      // Another request of the session has come since: the client no longer waits for this answer.
      if (session.nextEpoch !== expectedEpoch)
        return { error: 'INVALID_FETCH_SESSION_EPOCH', sessionId: session.id, answered: [] };
      const news = answered.filter((each) => session.note(each.wanted, each.answer));
      return { error: 'NONE', sessionId: session.id, answered: news };
    },
  };
}
