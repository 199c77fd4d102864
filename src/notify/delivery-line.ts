import { setTimeout as delay } from 'node:timers/promises';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { decodeAlarmEntry, deliveryId, encodeDelivery } from '../topics/alarm-record.ts';
import type { Alarm, AlarmDelivery } from '../topics/alarm-schema.ts';
import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import { backOffMs } from './back-off.ts';
import { type Notifier, Refused } from './notifier.ts';
import type { NotifierOptions } from './notifier-options.ts';
import { reasonOf } from './tell-once.ts';

export interface DeliveryLineOptions {
  options: NotifierOptions;
  notifier: Notifier;
  /** Wall clock, microseconds since 1970. */
  nowUs: () => number;
  random: () => number;
  /** Ends attempts and waits. */
  signal: AbortSignal;
  /** Told of each attempt that failed and will be made again. */
  onRetry: (delivery: AlarmDelivery) => void;
  logger: Pick<Logger, 'warn' | 'info'>;
  waitMs?: (attempts: number, random: number) => number;
  /** Between attempts, until the signal; for tests. */
  pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/**
 * What one notifier makes of the alarms, one after the other: an alarm is tried until it is told or given up, and what
 * comes after it waits. The log is the queue: it keeps what waits, over restarts too.
 */
export class DeliveryLine {
  readonly #line: DeliveryLineOptions;

  constructor(line: DeliveryLineOptions) {
    this.#line = line;
  }

  /** @returns what became of it; nothing when it is not for this notifier. @throws only when the signal ends it */
  async work(record: IncomingRecord): Promise<OutgoingRecord[]> {
    const alarm = this.#read(record);
    if (!alarm?.notify.includes(this.#line.options.name)) return [];
    return [encodeDelivery(await this.#tell(alarm))];
  }

  #read(record: IncomingRecord): Alarm | undefined {
    try {
      const entry = decodeAlarmEntry(record);
      return entry?.kind === 'alarm' ? entry.alarm : undefined;
    } catch (error) {
      if (!isFault(error, 'RECORD_INVALID')) throw error;
      this.#line.logger.warn(`${describeError(error)}; it is passed over`);
      return undefined;
    }
  }

  async #tell(alarm: Alarm): Promise<AlarmDelivery> {
    const { notifier, signal, options, logger, onRetry, random, nowUs, waitMs = backOffMs, pause = sleep } = this.#line;
    for (let attempts = 1; ; attempts++) {
      try {
        const detail = await notifier.deliver(alarm, signal);
        if (attempts > 1) logger.info(`${options.name}: told of ${alarm.id} at attempt ${attempts}`);
        return this.#statement(alarm, { outcome: 'delivered', attempts, detail });
      } catch (error) {
        signal.throwIfAborted();
        const { message, name } = reasonOf(error);
        const detail = message || name;
        if (error instanceof Refused || this.#isOver(alarm)) {
          logger.warn(`${options.name}: ${alarm.id} is given up after ${attempts} attempts: ${detail}`);
          return this.#statement(alarm, { outcome: 'failed', attempts, detail });
        }
        const pauseMs = waitMs(attempts, random());
        const nextAttemptAtUs = Math.round(nowUs() + pauseMs * 1000);
        onRetry(this.#statement(alarm, { outcome: 'retrying', attempts, detail, nextAttemptAtUs }));
        logger.warn(`${options.name}: ${detail}; trying again in ${(pauseMs / 1000).toFixed(1)} s`);
        await pause(pauseMs, signal);
      }
    }
  }

  #isOver({ times }: Alarm): boolean {
    const { giveUpAfterMs } = this.#line.options;
    const sinceUs = times.escalatedAtUs ?? times.raisedAtUs;
    return giveUpAfterMs !== undefined && this.#line.nowUs() - sinceUs > giveUpAfterMs * 1000;
  }

  #statement(
    alarm: Alarm,
    became: Pick<AlarmDelivery, 'outcome' | 'attempts' | 'detail' | 'nextAttemptAtUs'>,
  ): AlarmDelivery {
    const { options, nowUs } = this.#line;
    const { id, level, rule, camera, times } = alarm;
    return {
      id: deliveryId(alarm, options.name),
      ...{ alarm: id, level, rule, camera },
      ...{ notifier: options.name, kind: options.target.kind },
      ...became,
      atUs: nowUs(),
      capturedAtUs: times.capturedAtUs,
      raisedAtUs: times.raisedAtUs,
    };
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal });
}
