import type { Clock } from '../base/clock.ts';
import type { FileSystem } from '../base/file-system.ts';
import type { Logger } from '../base/logger.ts';
import type { FlushPolicy } from '../log/log-config.ts';
import type { Address } from './network/server.ts';

export interface BrokerOptions {
  /** Everything the broker keeps; made when it is not there. Left out: in memory, gone at the end. */
  dataDir?: string | undefined;
  /** Address to listen on; 127.0.0.1 by default. */
  host?: string | undefined;
  /** 0 takes any free port; 9092 by default. */
  port?: number | undefined;
  /** Several addresses instead of `host` and `port`, each with the address that clients are told, when it is another. */
  listen?: readonly (Address & { advertised?: Address })[] | undefined;
  /** The address that clients are told, when it is not the one listened on. */
  advertised?: Address | undefined;
  /**
   * When writes are acknowledged: `commit` (default) once they are on the disk; `interval` and `never` once the operating
   * system has them, which survives a crash of the process but not of the machine.
   */
  flush?: FlushPolicy | undefined;
  /** With `interval`: the time between two flushes, 1000 by default. */
  flushIntervalMs?: number | undefined;
  /** Broker configs by Kafka's names, for example `{ 'num.partitions': 4 }`. */
  config?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Address on which `GET /metrics` is answered for Prometheus; left out: none. */
  metrics?: Address | undefined;
  nodeId?: number | undefined;
  logger?: Logger | undefined;
  /** For tests. */
  fileSystem?: FileSystem | undefined;
  clock?: Clock | undefined;
}
