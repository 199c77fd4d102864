import { formatHostPort } from '../base/units.ts';
import type { BrokerOptions } from './broker-options.ts';
import { metricsText } from './metrics/metrics-text.ts';
import type { Address } from './network/server.ts';
import { closeBroker, type OpenBroker, openBroker } from './open-broker.ts';

/**
 * A Kafka broker of one node inside this process: any Kafka client can use it.
 *
 *     await using broker = await Broker.start({ port: 0 });
 *     connectTo(broker.bootstrap);
 */
export class Broker {
  readonly #open: OpenBroker;
  #closing: Promise<void> | undefined;

  private constructor(open: OpenBroker) {
    this.#open = open;
  }

  /**
   * Opens the data directory, recovers what a crash left, and listens.
   *
   * @throws DATA_DIRECTORY_IN_USE, DATA_DIRECTORY_UNUSABLE, LOG_CORRUPT, PORT_IN_USE, LISTEN_FAILED, CONFIG_INVALID
   */
  static async start(options: BrokerOptions = {}): Promise<Broker> {
    return new Broker(await openBroker(options));
  }

  /** The first address that is listened on. */
  get address(): Address {
    return this.#open.address;
  }

  /** `host:port`, as clients take it. */
  get bootstrap(): string {
    return formatHostPort(this.address.host, this.address.port);
  }

  get clusterId(): string {
    return this.#open.services.clusterId;
  }

  /** Where `GET /metrics` is answered; undefined when that was not asked for. */
  get metricsAddress(): Address | undefined {
    return this.#open.metrics?.address;
  }

  /** The same text for whoever embeds the broker: all metrics in Prometheus's format, as they are now. */
  metricsText(): string {
    return metricsText(this.#open.services, this.#open.server);
  }

  get connectionCount(): number {
    return this.#open.server.connectionCount;
  }

  /** Answers what is under way, brings everything to the disk and leaves the directory in order. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= closeBroker(this.#open);
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
