/** The public entry: `import { Broker } from 'vigil/broker'`. */
export { Broker } from './broker.ts';
export type { BrokerOptions } from './broker-options.ts';
export type { Address } from './network/server.ts';
