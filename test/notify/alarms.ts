import type { Alarm } from '../../src/topics/alarm-schema.ts';

/** An alarm of the camera "yard", told to the notifiers named. */
export function exampleAlarm(number: number, notify: string[], more: Partial<Alarm> = {}): Alarm {
  const nowUs = Date.now() * 1000;
  return {
    ...{ id: `door-${number}`, level: 0, rule: 'door', severity: 'warning', camera: 'yard', session: 's' },
    ...{ message: `door: "Ada" in door, ${number} (yard)`, what: 'zone-entered', zone: 'door' },
    subject: { track: `yard/s/${number}.0`, label: 'person', identity: 'known', name: 'Ada' },
    evidence: [{ event: 'e', frame: `yard/s/${number}` }],
    ...{ suppressed: 0, notify, late: false },
    times: { capturedAtUs: nowUs - 100_000, eventAtUs: nowUs - 20_000, raisedAtUs: nowUs },
    ...more,
  };
}
