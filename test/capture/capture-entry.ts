/** A capture to be killed: `node capture-entry.ts <options as JSON>`; prints `started`, and `done` when its film is through. */
import { pino } from 'pino';
import { type CaptureOptions, startCapture } from '../../src/capture/start-capture.ts';

const options: Omit<CaptureOptions, 'logger'> = JSON.parse(process.argv[2] ?? '{}');
const part = await startCapture({ ...options, logger: pino({ level: 'silent' }) });
process.stdout.write('started\n');
await part.done;
await part.close();
process.stdout.write('done\n');
process.exit(0);
