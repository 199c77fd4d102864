// A threat stage as a process of its own, to be killed: `node threat-entry.ts <broker>`.
import { pino } from 'pino';
import { startThreat } from '../../../src/threat/stage/start-threat.ts';
import { scuffleModel, stripes } from './scuffle-results.ts';

const [broker = ''] = process.argv.slice(2);
const threat = await startThreat({
  brokers: [broker],
  threat: { kinds: ['fight', 'crowding'], detectors: ['people@1'], instance: 'test', isUnhurried: true },
  model: scuffleModel,
  shrink: stripes,
  logger: pino({ level: process.env.VIGIL_LOG_LEVEL ?? 'silent' }, pino.destination(2)),
});
process.stdout.write('ready\n');
await threat.done;
