/** What holds where neither the command line nor `vigil.yml` says otherwise. */
export const defaults = {
  file: 'vigil.yml',
  data: './vigil-data',
  brokerListen: '127.0.0.1:9092',
  httpListen: '127.0.0.1:8080',
  flush: 'commit',
  capture: { fps: 10, width: 1280, quality: 80, transport: 'tcp' },
  detector: {
    name: 'people',
    model: 'yolox-nano',
    labels: ['person'],
    workers: 'auto',
    delivery: 'exactly-once',
    version: 1,
    targetLoad: 0.8,
  },
  topics: {
    partitions: 12,
    retentionTime: '24h',
    retentionBytes: '50GB',
    retentionHold: false,
    retentionHorizon: '1h',
    embed: true,
  },
  store: { retention: '30d', pictures: '2GB' },
} as const;
