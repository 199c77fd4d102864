/** A broker to be killed: `node broker-entry.ts <data directory> <port> [<advertised port>]` prints the port it listens on. */
import { startBroker } from '../broker/start-broker.ts';

const [, , dataDir, port, advertisedPort] = process.argv;
const advertised = advertisedPort === undefined ? undefined : { host: '127.0.0.1', port: Number(advertisedPort) };
const broker = await startBroker({
  dataDir,
  port: Number(port),
  advertised,
  // Members that died must not hold up the group for longer than a round.
  config: { 'group.min.session.timeout.ms': 500, 'group.initial.rebalance.delay.ms': 0 },
});
process.stdout.write(`${broker.address.port}\n`);
