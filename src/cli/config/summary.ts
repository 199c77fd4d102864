import { redactSource } from '../../base/secrets.ts';
import { formatBytes, formatHostPort } from '../../base/units.ts';
import type { NotifierTarget } from '../../notify/notifier-options.ts';
import type { Rule } from '../../rules/rule.ts';
import { type DetectorConfig, describeModel, detectorId, type JourneyConfig, workerBounds } from './journey-config.ts';

/** What holds in the end, for people, with every secret masked. */
export function describeConfig(config: JourneyConfig, secrets: readonly string[]): string {
  const lines: [string, string][] = [
    ['file', config.file ?? '(none: defaults)'],
    ['data', config.dataDir],
    ['brokers', describeBrokers(config)],
    ['page', `http://${formatHostPort(config.httpListen.host, config.httpListen.port)}`],
    ['topics', describeTopics(config)],
    ...config.detectors.map((detector): [string, string] => [
      `detector ${detectorId(detector)}`,
      `${describeModel(detector)} · ${detector.labels?.join(', ') ?? 'all labels'} · threshold ${detector.threshold ?? "the model's"} · workers ${describeWorkers(detector)} · ${detector.maxLagMs === undefined ? 'complete' : `urgent, ${detector.maxLagMs} ms`} · ${detector.delivery}`,
    ]),
    ...config.cameras.map((camera): [string, string] => [
      `camera ${camera.id}`,
      `${redactSource(camera.source)} · ${camera.fps} fps · ${camera.width} px · quality ${camera.quality} · ${camera.detectors.join(', ') || 'no detector'}${camera.motionGate ? ' · motion gate' : ''}`,
    ]),
  ];
  for (const rule of config.rules) lines.push([`rule ${rule.name}`, describeRule(rule)]);
  for (const { name, target } of config.notifiers) lines.push([`notifier ${name}`, describeTarget(target)]);
  if (config.cameras.length === 0) lines.push(['cameras', '(none: the demo)']);
  const widest = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(widest)}  ${maskSecrets(text, secrets)}`).join('\n');
}

/** The same as one object, for `vigil config show --json`. */
export function maskedConfig(config: JourneyConfig, secrets: readonly string[]): unknown {
  return JSON.parse(JSON.stringify(config), (key, value) => {
    if (typeof value !== 'string') return value;
    if (key === 'secret' || key === 'password') return '***';
    return maskSecrets(['source', 'url', 'model'].includes(key) ? redactSource(value) : value, secrets);
  });
}

function maskSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

function describeWorkers(detector: DetectorConfig): string {
  const bounds = workerBounds(detector);
  return bounds ? `auto, ${bounds.min} to ${bounds.max}` : String(detector.workers);
}

function describeRule({ what, who, cameras, severity, notify }: Rule): string {
  const whom = who === undefined ? 'anybody' : typeof who === 'string' ? who : who.names.join(', ');
  return `${whom} · ${what.join(', ')} · ${cameras?.join(', ') ?? 'every camera'} · ${severity} · ${notify.join(', ') || 'nobody is told'}`;
}

function describeTarget(target: NotifierTarget): string {
  if (target.kind === 'command') return `command ${target.command.join(' ')}`;
  return 'url' in target ? `${target.kind} ${redactSource(target.url)}` : target.kind;
}

function describeBrokers({ brokers, brokerListen, brokerMetrics, flush }: JourneyConfig): string {
  if (brokers !== 'embedded') return brokers.join(', ');
  const metrics = brokerMetrics ? `, metrics on ${formatHostPort(brokerMetrics.host, brokerMetrics.port)}` : '';
  return `embedded, ${formatHostPort(brokerListen.host, brokerListen.port)}, flush ${flush}${metrics}`;
}

function describeTopics({ topics }: JourneyConfig): string {
  const time = topics.retentionMs < 0 ? 'unlimited time' : `${topics.retentionMs / 3_600_000} h`;
  const bytes = topics.retentionBytes < 0 ? 'unlimited size' : `${formatBytes(topics.retentionBytes)} per topic`;
  const hold = topics.hold ? ', unread frames held' : '';
  return `${topics.partitions} partitions · kept ${time}, ${bytes}${hold} · ${topics.embed ? 'results carry the picture' : 'results refer to the frame'}`;
}
