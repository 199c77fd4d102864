import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { ApacheKafka } from '../../test/support/apache-kafka.ts';
import { residentMb } from '../../test/support/processes.ts';
import { startVigil, stop, temporaryFolder } from '../lib/vigil-process.ts';

/** When a write is acknowledged: the same for both brokers. */
export type Flush = 'never' | 'commit';

export interface Target {
  bootstrap: string;
  /** Of the server's process. */
  pid: number;
  /** From the start of the process until its port accepts a connection. */
  readyMs: number;
  idleMb: number;
  stop(): Promise<void>;
}

/** Time for what goes on after the port is open. */
const settleMs = 3000;
/** As Apache's own start script sets them. */
const kafkaJava =
  '-Xms1g -Xmx1g -server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 -XX:InitiatingHeapOccupancyPercent=35'.split(' ');

export async function startVigilBroker(flush: Flush): Promise<Target> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const startedMs = performance.now();
  const data = join(temporaryFolder(), 'data');
  const child = startVigil(['broker', '--data', data, '--listen', `127.0.0.1:${port}`, '--flush', flush]);
  child.stdout?.resume();
  await untilOpen(port);
  const readyMs = performance.now() - startedMs;
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const pid = child.pid ?? 0;
  return { bootstrap: `127.0.0.1:${port}`, pid, readyMs, idleMb: residentMb(pid), stop: () => stop(child) };
}

/** Storage is formatted before, then the time counts from the start of the process. */
export async function startApacheKafka(flush: Flush): Promise<Target> {
  const properties: Record<string, string> = flush === 'commit' ? { 'log.flush.interval.messages': '1' } : {};
  const folder = join(temporaryFolder(), 'kafka');
  const kafka = await ApacheKafka.start({ folder, properties, javaOptions: kafkaJava });
  await kafka.stopBroker(1);
  const startedMs = performance.now();
  await kafka.startBroker(1);
  const readyMs = performance.now() - startedMs;
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  const pid = kafka.processIds.get(1) ?? 0;
  return { bootstrap: kafka.bootstrap, pid, readyMs, idleMb: residentMb(pid), stop: () => kafka.stop() };
}

/** Resolves when the port of this machine accepts a connection. */
export async function untilOpen(port: number): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const open = once(socket, 'connect').then(
      () => true,
      () => false,
    );
    const isOpen = await Promise.race([open, once(socket, 'error').then(() => false)]);
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
