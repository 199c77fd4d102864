import type { Alarm } from '../topics/alarm-schema.ts';

/** Tells one target of alarms, one at a time. */
export interface Notifier {
  /**
   * One attempt. The same alarm may come again: after a crash, and after an attempt whose end nobody saw.
   *
   * @returns what the other side said, in a few words
   * @throws Refused when this alarm will never be taken; anything else: it is tried again
   */
  deliver(alarm: Alarm, signal: AbortSignal): Promise<string>;
  /** Of those who show it: how many persons a camera sees now. */
  sawPersons?(camera: string, count: number): void;
  close(): Promise<void>;
}

/** The target does not want this alarm, whatever comes: it is given up, so that those after it are told. */
export class Refused extends Error {}
