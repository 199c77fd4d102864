/**
 * A broker to be killed: `node broker-entry.ts <data directory> <port> <configs as JSON> [<advertised port>]` prints the port it
 * listens on.
 */
import { startBroker } from '../broker/start-broker.ts';

const [, , dataDir, port, configs = '{}', advertisedPort] = process.argv;
const advertised = advertisedPort === undefined ? undefined : { host: '127.0.0.1', port: Number(advertisedPort) };
const broker = await startBroker({
  dataDir,
  port: Number(port),
  advertised,
  config: {
    // Members that died must not hold up the group for longer than a round.
    'group.min.session.timeout.ms': 500,
    'group.initial.rebalance.delay.ms': 0,
    ...JSON.parse(configs),
  },
});
process.stdout.write(`${broker.address.port}\n`);
