import type { StateDesk, StateYield } from '../stage/state-loop.ts';
import { encodeAlarm } from '../topics/alarm-record.ts';
import type { Alarm } from '../topics/alarm-schema.ts';
import { decodeEvent, resultTimeOf } from '../topics/event-record.ts';
import type { IncomingRecord } from '../topics/record.ts';
import { CameraRules } from './camera-rules.ts';
import type { Rule } from './rule.ts';
import { encodeRuleState, type RuleState } from './rule-state.ts';

export interface RuleDeskOptions {
  rules: readonly Rule[];
  /** Wall clock, microseconds since 1970. */
  nowUs: () => number;
}

interface Camera {
  partition: number;
  rules: CameraRules;
}

const keptAcknowledgements = 10_000;

/** The rules over all cameras in the partitions that are held: from events to alarms. Pure. */
export class RuleDesk implements StateDesk<RuleState> {
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #nowUs: () => number;
  readonly #cameras = new Map<string, Camera>();
  /** Alarms made since the last `take`, by camera; a camera without any has a state that is new. */
  readonly #made = new Map<string, Alarm[]>();
  /** Also of alarms that are restored later. */
  readonly #acknowledged = new Set<string>();

  constructor({ rules, nowUs }: RuleDeskOptions) {
    this.#rules = new Map(rules.map((rule) => [rule.name, rule]));
    this.#nowUs = nowUs;
  }

  get hasMade(): boolean {
    return this.#made.size > 0;
  }

  /** Whether time alone may make a rule fire. */
  get isWaitingForTime(): boolean {
    return [...this.#cameras.values()].some(({ rules }) => rules.isWaitingForTime);
  }

  add(record: IncomingRecord): void {
    const event = decodeEvent(record);
    const { rules } = this.#camera(event.camera, record.partition);
    const resultAtUs = resultTimeOf(record);
    const heard = {
      event,
      ...(resultAtUs === undefined ? {} : { resultAtUs }),
      eventAtUs: record.timestampMs * 1000,
    };
    this.#keep(event.camera, rules.hear(heard, this.#nowUs()));
  }

  /** Up to when each camera was followed, with all events before it heard. */
  advance(clocksUs: ReadonlyMap<string, number>): void {
    for (const [name, clockUs] of clocksUs) {
      const camera = this.#cameras.get(name);
      if (!camera?.rules.isWaitingForTime) continue;
      const alarms = camera.rules.advance(clockUs, this.#nowUs());
      if (alarms.length > 0) this.#keep(name, alarms);
    }
  }

  acknowledge(alarm: string): void {
    this.#acknowledged.add(alarm);
    const [oldest] = this.#acknowledged;
    if (this.#acknowledged.size > keptAcknowledgements && oldest !== undefined) this.#acknowledged.delete(oldest);
    for (const [name, { rules }] of this.#cameras) if (rules.acknowledge(alarm)) this.#keep(name, []);
  }

  /** Raises what nobody has acknowledged in time. */
  escalate(): void {
    const nowUs = this.#nowUs();
    for (const [name, { rules }] of this.#cameras) {
      if ((rules.nextEscalationUs ?? Number.POSITIVE_INFINITY) <= nowUs) this.#keep(name, rules.escalate(nowUs));
    }
  }

  forget(partition: number): void {
    for (const [name, camera] of this.#cameras) {
      if (camera.partition !== partition) continue;
      this.#cameras.delete(name);
      this.#made.delete(name);
    }
  }

  restore({ camera, partition, rules: state }: RuleState): void {
    const rules = new CameraRules(this.#rules, state);
    for (const { alarm } of [...state.open]) if (this.#acknowledged.has(alarm.id)) rules.acknowledge(alarm.id);
    this.#cameras.set(camera, { partition, rules });
  }

  take(): StateYield[] {
    const taken = [...this.#made].flatMap(([name, alarms]) => {
      const camera = this.#cameras.get(name);
      if (!camera) return [];
      const { partition, rules } = camera;
      return [{ partition, records: [...alarms.map(encodeAlarm), this.#stateRecord(name, partition, rules)] }];
    });
    this.#made.clear();
    return taken;
  }

  /** Alarms made since the last time, of all cameras. */
  takeAlarms(): Alarm[] {
    const alarms = [...this.#made.values()].flat();
    this.#made.clear();
    return alarms;
  }

  #stateRecord(camera: string, partition: number, rules: CameraRules) {
    return encodeRuleState({ camera, partition, rules: rules.state });
  }

  #camera(name: string, partition: number): Camera {
    const known = this.#cameras.get(name);
    if (known) return known;
    const camera = { partition, rules: new CameraRules(this.#rules) };
    this.#cameras.set(name, camera);
    return camera;
  }

  #keep(camera: string, alarms: readonly Alarm[]): void {
    this.#made.set(camera, [...(this.#made.get(camera) ?? []), ...alarms]);
  }
}
