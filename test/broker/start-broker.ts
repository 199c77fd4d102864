import { pino } from 'pino';
import { Broker } from '../../src/broker/broker.ts';
import type { BrokerOptions } from '../../src/broker/broker-options.ts';

/** A silent broker on a free port, in memory unless told otherwise: `await using broker = await startBroker();` */
export function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  return Broker.start({ port: 0, logger: pino({ level: 'silent' }), ...options });
}
