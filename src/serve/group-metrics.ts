import { Gauge, type Registry } from 'prom-client';
import type { GroupAccount } from '../topics/group-account.ts';

interface GroupGauge {
  name: string;
  help: string;
  /** Undefined: not known, or not the case; then the gauge says nothing of the detector. */
  value(account: GroupAccount): number | undefined;
}

const gauges: readonly GroupGauge[] = [
  {
    name: 'vigil_group_lag_frames',
    help: 'Frames in the log that the group has not committed.',
    value: (a) => a.lagRecords,
  },
  { name: 'vigil_group_lag_bytes', help: 'What these take in the log.', value: (a) => a.lagBytes },
  { name: 'vigil_group_lag_seconds', help: 'Age of the oldest of them.', value: (a) => a.lagSeconds },
  { name: 'vigil_group_in_frames_per_second', help: 'Frames that come into the log.', value: (a) => a.inPerSecond },
  { name: 'vigil_group_out_frames_per_second', help: 'Frames that the group commits.', value: (a) => a.outPerSecond },
  {
    name: 'vigil_group_retention_seconds_left',
    help: 'Time until retention would reach frames that a complete group has not read; absent: never, as things go.',
    value: (a) => a.secondsLeft ?? undefined,
  },
  {
    name: 'vigil_group_retention_warning',
    help: '1 while that time is under the configured horizon.',
    value: (a) => Number(a.isWarning),
  },
  { name: 'vigil_detectors_running', help: 'Members of the group.', value: (a) => a.workers },
  {
    name: 'vigil_detectors_wanted',
    help: 'Detectors that the frames need: frames per second × seconds per frame ÷ target load. For an autoscaler.',
    value: (a) => a.wanted ?? undefined,
  },
  {
    name: 'vigil_detector_seconds_per_frame',
    help: 'Time that one detector is busy with one frame.',
    value: (a) => a.secondsPerFrame ?? undefined,
  },
];

export function registerGroupMetrics(registry: Registry, groups: () => readonly GroupAccount[]): void {
  for (const { name, help, value } of gauges) {
    new Gauge({
      name,
      help,
      labelNames: ['detector'] as const,
      registers: [registry],
      collect() {
        this.reset();
        for (const account of groups()) {
          const current = value(account);
          if (current !== undefined) this.set({ detector: account.detector }, current);
        }
      },
    });
  }
}
