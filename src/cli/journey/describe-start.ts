import { relative } from 'node:path';
import { redactSource } from '../../base/secrets.ts';
import { formatHostPort } from '../../base/units.ts';
import { describeModel } from '../config/journey-config.ts';
import type { Journey } from './journey.ts';

/** What runs where, in a few lines; the address of the page last. */
export function describeStart(journey: Journey): string[] {
  const { config, parts } = journey.plan;
  const place = parts.broker ? ` (data in ${shortest(config.dataDir)})` : '';
  const lines = [`broker    ${journey.brokers.join(', ')}${place}`];
  const { brokerMetrics: metrics } = journey;
  if (metrics) lines.push(`metrics   http://${formatHostPort(metrics.host, metrics.port)}/metrics`);
  for (const { id, source, note } of journey.cameras) {
    lines.push(`camera    ${id}: ${redactSource(source)}`);
    if (note !== undefined) lines.push(`          ${note}`);
  }
  for (const detector of parts.detectors) {
    lines.push(`detector  ${detector.name}: ${journey.modelOf(detector.name) ?? describeModel(detector)}`);
  }
  if (journey.url !== undefined) lines.push('', `  Vigil is looking: ${journey.url}`, '');
  return lines;
}

function shortest(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short || '.';
}
