// A track stage as a process of its own, to be killed: `node track-entry.ts <broker>`.
import { pino } from 'pino';
import { startTrack } from '../../src/track/start-track.ts';

const [broker = ''] = process.argv.slice(2);
const track = await startTrack({
  brokers: [broker],
  track: { follow: {}, otherwise: 'people@1', scenes: {}, instance: 'test' },
  logger: pino({ level: process.env.VIGIL_LOG_LEVEL ?? 'silent' }, pino.destination(2)),
});
process.stdout.write('ready\n');
await track.done;
