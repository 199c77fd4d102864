import { setFlagsFromString } from 'node:v8';
import type { Broker } from '../../broker/broker.ts';
import type { BrokerOptions } from '../../broker/broker-options.ts';

/**
 * Starts the broker in a process that is there for it alone.
 *
 * What passes through a broker lies outside the collector's heap, and by default every 64 MB of that makes for a full collection:
 * 17 a second under a load of 100 KB records, each with a pause. Counted with the heap, it waits until there is something to gain:
 * a third as many.
 */
export async function startBrokerProcess(options: BrokerOptions): Promise<Broker> {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
  const { Broker } = await import('../../broker/broker.ts');
  return Broker.start(options);
}
