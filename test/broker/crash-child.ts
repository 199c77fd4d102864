/** A broker in a process of its own, to be killed: `node crash-child.ts <data directory>` prints its address. */
import { startBroker } from './start-broker.ts';

const broker = await startBroker({ dataDir: process.argv[2] });
process.stdout.write(`${broker.bootstrap}\n`);
