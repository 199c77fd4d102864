import type { Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { WatchedGroup } from '../stage/lag/group-book.ts';
import { GroupWatch } from '../stage/lag/group-watch.ts';
import { openKafkaLagSource } from '../stage/lag/kafka-lag-source.ts';
import type { LagSource } from '../stage/lag/lag-source.ts';
import type { RetentionLimits } from '../stage/lag/retention-horizon.ts';
import { FrameCost } from '../stage/scaling/frame-cost.ts';
import { WorkerController, type WorkerLimits } from '../stage/scaling/worker-controller.ts';
import type { GroupAccount } from '../topics/group-account.ts';
import type { Result } from '../topics/result-record.ts';
import { topicNames } from '../topics/topic-names.ts';

/** A group of detectors with what its number of workers may be. */
export interface ServedGroup extends WatchedGroup {
  limits: WorkerLimits;
}

export interface GroupFeedOptions {
  brokers: readonly string[];
  groups: readonly ServedGroup[];
  limits?: RetentionLimits;
  horizonSeconds: number;
  openSource?: () => LagSource;
  clock: Clock;
  logger: Logger;
}

/** Keeps what the page and the metrics say of the groups: lag, rates, the workers that are needed, the time left. */
export class GroupFeed {
  readonly #options: GroupFeedOptions;
  readonly #watch: GroupWatch | undefined;
  readonly #costs = new Map<string, FrameCost>();
  readonly #controllers: ReadonlyMap<string, WorkerController>;
  readonly #warned = new Set<string>();
  #accounts: readonly GroupAccount[] = [];
  #revision = 0;

  constructor(options: GroupFeedOptions) {
    this.#options = options;
    const { brokers, groups, openSource, limits, clock, horizonSeconds, logger } = options;
    this.#controllers = new Map(groups.map((each) => [each.detector, new WorkerController(each.limits)]));
    const source = { brokers, clientId: 'vigil-serve', topic: topicNames.rawVideoFrames };
    if (groups.length === 0) return;
    this.#watch = new GroupWatch({
      groups,
      open: openSource ?? (() => openKafkaLagSource(source)),
      ...(limits ? { limits } : {}),
      clock,
      horizonSeconds,
      secondsPerFrame: (detector) => this.#costs.get(detector)?.secondsPerFrame,
      wanted: (account) => this.#wanted(account),
      onAccounts: (accounts) => this.#learn(accounts),
      onTrouble: (error) => logger.debug(`the lag cannot be read: ${describeError(error)}`),
    });
  }

  /** As of the last look at the log. */
  get accounts(): readonly GroupAccount[] {
    return this.#accounts;
  }

  /** Grows with each look. */
  get revision(): number {
    return this.#revision;
  }

  /** What a result says its frame took counts as the time that a worker was busy with it. */
  sawResult({ detector, inferenceUs, error }: Pick<Result, 'detector' | 'inferenceUs' | 'error'>): void {
    if (error) return;
    const cost = this.#costs.get(detector) ?? new FrameCost();
    this.#costs.set(detector, cost);
    cost.add({ frames: 1, busyMs: inferenceUs / 1000 });
  }

  async close(): Promise<void> {
    await this.#watch?.close();
  }

  #wanted({ detector, inPerSecond, lagRecords, secondsPerFrame }: GroupAccount): number | undefined {
    if (secondsPerFrame === null) return undefined;
    const atMs = this.#options.clock.monotonicMs();
    return this.#controllers.get(detector)?.saw({ atMs, inPerSecond, lagRecords, secondsPerFrame });
  }

  #learn(accounts: readonly GroupAccount[]): void {
    this.#accounts = accounts;
    this.#revision++;
    for (const account of accounts) this.#warn(account);
  }

  /** Once when the time becomes short, and once when it is long again. */
  #warn({ group, isWarning, secondsLeft, limit, lagRecords }: GroupAccount): void {
    if (isWarning === this.#warned.has(group)) return;
    const { logger } = this.#options;
    if (isWarning) {
      this.#warned.add(group);
      const by = limit === 'time' ? 'age' : 'size';
      logger.warn(
        { group, secondsLeft, lagRecords },
        `retention by ${by} will reach frames that ${group} has not read, in ${Math.round(secondsLeft ?? 0)} s as things go: it needs more workers, or the topic more room (topics.retention)`,
      );
    } else {
      this.#warned.delete(group);
      logger.warn({ group, lagRecords }, `${group} is out of reach of retention again`);
    }
  }
}
