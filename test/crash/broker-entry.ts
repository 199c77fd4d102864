/** A broker to be killed: `node broker-entry.ts <data directory> <port> [<advertised port>]` prints the port it listens on. */
import { startBroker } from '../broker/start-broker.ts';

const [, , dataDir, port, advertisedPort] = process.argv;
const advertised = advertisedPort === undefined ? undefined : { host: '127.0.0.1', port: Number(advertisedPort) };
const broker = await startBroker({
  dataDir,
  port: Number(port),
  advertised,
  config: {
    // Members that died must not hold up the group for longer than a round.
    'group.min.session.timeout.ms': 500,
    'group.initial.rebalance.delay.ms': 0,
    // Recovery points that move within a round.
    'log.flush.offset.checkpoint.interval.ms': 100,
  },
});
process.stdout.write(`${broker.address.port}\n`);
