import { createServer, type Server, type Socket } from 'node:net';
import { fault, systemErrorCode } from '../../base/errors.ts';
import { formatHostPort } from '../../base/units.ts';
import { Connection, type ConnectionHost, type ParsedRequest, type SentMemory } from './connection.ts';
import { MemoryBudget } from './memory-budget.ts';

export interface ServerLimits {
  maxRequestBytes: number;
  maxConnections: number;
  /** Requests that have arrived and are not answered, over all connections. */
  maxInFlightBytes: number;
  idleMs: number;
}

export interface ServerOptions {
  limits: ServerLimits;
  sent: SentMemory;
  parse(frame: Buffer, connection: Connection): ParsedRequest;
  onViolation(connection: Connection, error: unknown): void;
}

export interface Address {
  host: string;
  port: number;
}

/** Accepts connections on any number of addresses and keeps the limits that span them. */
export class KafkaServer {
  readonly #options: ServerOptions;
  readonly #host: ConnectionHost;
  readonly #listeners: Server[] = [];
  readonly #connections = new Set<Connection>();

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#host = {
      maxRequestBytes: options.limits.maxRequestBytes,
      budget: new MemoryBudget(options.limits.maxInFlightBytes),
      sent: options.sent,
      parse: options.parse,
      onViolation: options.onViolation,
      onClose: (connection) => this.#connections.delete(connection),
    };
  }

  /** Memory of requests that have begun to arrive and are not answered. */
  get inFlightBytes(): number {
    return this.#host.budget.usedBytes;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /**
   * @param port 0 takes any free one
   * @returns the address that is listened on
   * @throws PORT_IN_USE, LISTEN_FAILED
   */
  async listen(wanted: Address): Promise<Address> {
    const server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#accept(socket));
    await startListening(server, wanted);
    this.#listeners.push(server);
    const address = server.address();
    if (typeof address !== 'object' || address === null) return wanted;
    return { host: address.address, port: address.port };
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= this.#options.limits.maxConnections) {
      socket.destroy();
      return;
    }
    this.#connections.add(new Connection(socket, this.#host, this.#options.limits.idleMs));
  }

  /** Takes no new connections, lets requests under way be answered for at most `graceMs`, then closes what is left. */
  async close(graceMs: number): Promise<void> {
    const closed = this.#listeners.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const connection of this.#connections) if (connection.isIdle) connection.end();
    const giveUpAt = performance.now() + graceMs;
    while (this.#connections.size > 0 && performance.now() < giveUpAt) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      for (const connection of this.#connections) if (connection.isIdle) connection.destroy();
    }
    for (const connection of this.#connections) connection.destroy();
    await Promise.all(closed);
  }
}

function startListening(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const isTaken = systemErrorCode(cause) === 'EADDRINUSE';
      const code = isTaken ? 'PORT_IN_USE' : 'LISTEN_FAILED';
      const what = isTaken ? 'is in use by another process' : `cannot be listened on: ${cause.message}`;
      reject(fault(code, `${formatHostPort(host, port)} ${what}`, { cause }));
    });
    server.listen({ host, port, backlog: 1024 }, () => {
      server.removeAllListeners('error');
      // An accept that fails later (out of descriptors) must not end the process; the next one is tried.
      server.on('error', () => {});
      resolve();
    });
  });
}
