import { formatBytes } from '../base/units.ts';
import type { Plan } from './sizing.ts';

/** The plan for people. */
export function describePlan(plan: Plan): string {
  const { cameras, detectors, network, cores } = plan;
  const lines: [string, string][] = [
    [
      'frames',
      `${plan.framesPerSecond} per second from ${cameras.length} ${cameras.length === 1 ? 'camera' : 'cameras'}`,
    ],
    ...cameras.map(({ id, fps, frameBytes, bytesPerSecond }): [string, string] => [
      `  ${id}`,
      `${fps}/s × ${formatBytes(frameBytes)} = ${formatBytes(bytesPerSecond)}/s`,
    ]),
    ...detectors.map(({ name, framesPerSecond, secondsPerFrame, need, workers }): [string, string] => [
      `workers ${name}`,
      secondsPerFrame === null || need === null
        ? `${framesPerSecond} frames/s; seconds per frame unknown (--measure, or --seconds-per-frame)`
        : `${framesPerSecond} frames/s × ${round(secondsPerFrame)} s per frame, at the target load: ${need.toFixed(2)}, so ${workers}`,
    ]),
    ['partitions', String(plan.partitions)],
    ['disk', `${formatBytes(plan.diskBytesPerDay)} a day; kept at most ${keptText(plan.diskBytesKept)}`],
    [
      'network',
      `${formatBytes(network.inBytesPerSecond)}/s into the brokers, ${formatBytes(network.outBytesPerSecond)}/s out`,
    ],
    ['cores', `${cores.needed === null ? 'unknown' : cores.needed.toFixed(1)} for detectors, ${cores.here} here`],
  ];
  const { breaksFirst } = plan;
  if (breaksFirst) {
    const verb = breaksFirst.used > 1 ? 'breaks' : 'breaks first';
    lines.push([verb, `${breaksFirst.what} (${Math.round(breaksFirst.used * 100)} %): ${breaksFirst.means}`]);
  }
  const widest = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(widest)}  ${text}`).join('\n');
}

function keptText(bytes: number | null): string {
  return bytes === null ? 'without a limit' : formatBytes(bytes);
}

function round(seconds: number): string {
  return seconds >= 0.1 ? seconds.toFixed(2) : seconds.toFixed(4);
}
