import type { Connection } from './connection.ts';
import type { Address, KafkaServer } from './server.ts';

const defaultAddress: Address = { host: '127.0.0.1', port: 9092 };
const wildcards = new Set(['0.0.0.0', '::']);

export interface ListenOptions {
  host?: string | undefined;
  port?: number | undefined;
  listen?: readonly (Address & { advertised?: Address })[] | undefined;
  advertised?: Address | undefined;
}

/** The addresses that are listened on, and what clients are told about each. */
export class Listeners {
  readonly #wanted: readonly (Address & { advertised?: Address | undefined })[];
  /** By the port that a connection came in through. */
  readonly #advertised = new Map<number, Address>();

  constructor({ host, port, listen, advertised }: ListenOptions) {
    const single = { host: host ?? defaultAddress.host, port: port ?? defaultAddress.port, advertised };
    this.#wanted = listen !== undefined && listen.length > 0 ? listen : [single];
  }

  /** @returns the first address. @throws PORT_IN_USE, LISTEN_FAILED; then nothing is listened on */
  async open(server: KafkaServer): Promise<Address> {
    const opened: Address[] = [];
    try {
      for (const wanted of this.#wanted) {
        const address = await server.listen(wanted);
        this.#advertised.set(address.port, wanted.advertised ?? address);
        opened.push(address);
      }
    } catch (error) {
      await server.close(0);
      throw error;
    }
    return opened[0] ?? defaultAddress;
  }

  /** Where this client is to find the broker: as configured, else under the address that it came to. */
  addressFor({ socket }: Connection): Address {
    const { localAddress = defaultAddress.host, localPort = defaultAddress.port } = socket;
    const advertised = this.#advertised.get(localPort) ?? { host: localAddress, port: localPort };
    const host = wildcards.has(advertised.host) ? localAddress.replace(/^::ffff:/, '') : advertised.host;
    return { host, port: advertised.port };
  }
}
