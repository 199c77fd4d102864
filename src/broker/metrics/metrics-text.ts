import type { BrokerServices } from '../services.ts';
import type { Traffic } from './traffic.ts';

/** What the server knows besides. */
export interface ServerState {
  connectionCount: number;
  inFlightBytes: number;
}

type Sample = readonly [labels: Readonly<Record<string, string | number>>, value: number];

/** Everything that Prometheus reads, in its text format. Gauges are read now; counters count since the start. */
export function metricsText(services: BrokerServices, server: ServerState): string {
  const { traffic, fetchSessions, fetches } = services;
  const lines = [
    ...trafficLines(traffic),
    ...metric('vigil_broker_connections', 'gauge', 'Connections of clients.', [[{}, server.connectionCount]]),
    ...metric('vigil_broker_in_flight_bytes', 'gauge', 'Memory of requests that are not answered.', [
      [{}, server.inFlightBytes],
    ]),
    ...metric('vigil_broker_fetch_sessions', 'gauge', 'Fetch sessions.', [[{}, fetchSessions.size]]),
    ...metric('vigil_broker_fetch_session_evictions_total', 'counter', 'Fetch sessions that had to yield to others.', [
      [{}, fetchSessions.evictions],
    ]),
    ...metric('vigil_broker_waiting_fetches', 'gauge', 'Fetches that wait for records.', [[{}, fetches.size]]),
    ...logLines(services),
    ...stateLines(services),
  ];
  return `${lines.join('\n')}\n`;
}

function trafficLines(traffic: Traffic): string[] {
  const apis = [...traffic.apis];
  const each = (value: (api: (typeof apis)[number][1]) => number): Sample[] =>
    apis.map(([api, found]) => [{ api }, value(found)]);
  const errors = apis.flatMap(([api, found]) =>
    [...found.errors].map(([error, count]): Sample => [{ api, error }, count]),
  );
  const latency = 'vigil_broker_request_seconds';
  const flush = 'vigil_broker_flush_seconds';
  return [
    ...metric(
      'vigil_broker_requests_total',
      'counter',
      'Requests answered.',
      each(({ requests }) => requests),
    ),
    ...metric('vigil_broker_errors_total', 'counter', 'Errors in answers, those of partitions included.', errors),
    ...metric(
      'vigil_broker_request_bytes_total',
      'counter',
      'Bytes of requests.',
      each(({ bytesIn }) => bytesIn),
    ),
    ...metric(
      'vigil_broker_response_bytes_total',
      'counter',
      'Bytes of answers.',
      each(({ bytesOut }) => bytesOut),
    ),
    ...head(latency, 'histogram', 'Time from the turn of a request to its answer, waiting for records included.'),
    ...apis.flatMap(([api, found]) => found.latency.lines(latency, labelsOf({ api }))),
    ...head(flush, 'histogram', 'Time to bring what was appended to a log to the disk.'),
    ...traffic.flushes.lines(flush, ''),
  ];
}

function logLines({ topics }: BrokerServices): string[] {
  const partitions = [...topics.partitions()];
  const each = (value: (log: (typeof partitions)[number]['log']) => number): Sample[] =>
    partitions.map(({ topic, index, log }) => [{ topic: topic.name, partition: index }, value(log)]);
  return [
    ...metric(
      'vigil_broker_log_bytes',
      'gauge',
      'Size of a partition on the disk.',
      each((log) => log.sizeBytes),
    ),
    ...metric(
      'vigil_broker_log_start_offset',
      'gauge',
      'First offset that can be read.',
      each((log) => Number(log.logStartOffset)),
    ),
    ...metric(
      'vigil_broker_log_end_offset',
      'gauge',
      'Offset that the next record gets.',
      each((log) => Number(log.logEndOffset)),
    ),
    ...metric(
      'vigil_broker_log_failed',
      'gauge',
      '1 for a log that takes no more records.',
      each((log) => (log.failure ? 1 : 0)),
    ),
  ];
}

function stateLines({ groups, transactions }: BrokerServices): string[] {
  const count = (states: Iterable<string>): Sample[] => {
    const counts = new Map<string, number>();
    for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
    return [...counts].map(([state, number]) => [{ state }, number]);
  };
  const groupStates = Array.from(groups.all(), ({ group }) => group.state);
  const statuses = Array.from(transactions.all(), ({ status }) => status);
  return [
    ...metric('vigil_broker_groups', 'gauge', 'Consumer groups by state.', count(groupStates)),
    ...metric('vigil_broker_transactions', 'gauge', 'Transactional ids by state.', count(statuses)),
  ];
}

function metric(name: string, type: string, help: string, samples: readonly Sample[]): string[] {
  const lines = samples.map(([labels, value]) => {
    const text = labelsOf(labels);
    return `${name}${text === '' ? '' : `{${text}}`} ${value}`;
  });
  return [...head(name, type, help), ...lines];
}

function head(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function labelsOf(labels: Readonly<Record<string, string | number>>): string {
  const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(`${value}`)}"`)
    .join();
}
