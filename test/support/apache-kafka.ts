import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './free-ports.ts';
import { javaCommand, quickJava } from './java.ts';

const run = promisify(execFile);
const project = join(import.meta.dirname, '..', '..');

/**
 * Apache Kafka's jars: the folder VIGIL_KAFKA_LIBS names, else where `.ci/run` and `scripts/kafka.ts` fetch them to.
 *
 * @returns undefined when they are not there
 */
export function kafkaLibraries(): string | undefined {
  const folder = process.env.VIGIL_KAFKA_LIBS ?? join(homedir(), '.cache', 'vigil-ci', 'kafka-libs');
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder).some((name) => /^kafka_2\.13-.*\.jar$/.test(name)) ? folder : undefined;
}

/** Fetches Apache Kafka's jars through Maven, once. @returns their folder */
export async function fetchKafkaLibraries(): Promise<string> {
  const there = kafkaLibraries();
  if (there) return there;
  const folder = process.env.VIGIL_KAFKA_LIBS ?? join(homedir(), '.cache', 'vigil-ci', 'kafka-libs');
  mkdirSync(folder, { recursive: true });
  const pom = join(project, '.ci', 'kafka.xml');
  await run('mvn', [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
  ]);
  return folder;
}

export interface ClusterOptions {
  /** Brokers; each is a controller too. Default 1. */
  brokers?: number;
  /** Where data and logs of the servers go; must not exist or be empty. */
  folder: string;
  /** Address on which the brokers listen; 127.0.0.1 when left out. */
  host?: string;
  /** More lines for server.properties. */
  properties?: Readonly<Record<string, string>>;
  /** For the JVM of each broker, instead of what makes it small and quick to start. */
  javaOptions?: readonly string[];
}

const brokerHeapMb = 384;

interface Node {
  id: number;
  host: string;
  port: number;
  configFile: string;
  process: ChildProcess | undefined;
}

/** A cluster of real Apache Kafka brokers on loopback, with small heaps: the referee. */
export class ApacheKafka {
  readonly #nodes: Node[];
  readonly #libraries: string;
  readonly #folder: string;
  readonly #javaOptions: readonly string[] | undefined;

  private constructor(nodes: Node[], libraries: string, { folder, javaOptions }: ClusterOptions) {
    this.#nodes = nodes;
    this.#libraries = libraries;
    this.#folder = folder;
    this.#javaOptions = javaOptions;
  }

  /** `host:port` of every broker, with commas between. */
  get bootstrap(): string {
    return this.#nodes.map(({ host, port }) => `${host}:${port}`).join(',');
  }

  /** Ids of the server processes that run now, by node id. */
  get processIds(): Map<number, number> {
    return new Map(this.#nodes.flatMap(({ id, process }) => (process?.pid === undefined ? [] : [[id, process.pid]])));
  }

  /** Formats storage, starts the brokers and waits until each accepts connections. */
  static async start(options: ClusterOptions): Promise<ApacheKafka> {
    const { brokers = 1, folder, host = '127.0.0.1', properties = {} } = options;
    const libraries = await fetchKafkaLibraries();
    mkdirSync(folder, { recursive: true });
    const ports = await freePorts(brokers * 2);
    const voters = Array.from({ length: brokers }, (_, i) => `${i + 1}@127.0.0.1:${ports[brokers + i]}`).join(',');
    const nodes = Array.from({ length: brokers }, (_, i): Node => {
      const id = i + 1;
      const configFile = join(folder, `server-${id}.properties`);
      const [port, controllerPort] = [ports[i] ?? 0, ports[brokers + i] ?? 0];
      const lines = { ...serverProperties({ id, host, port, controllerPort, voters, brokers, folder }), ...properties };
      writeFileSync(
        configFile,
        Object.entries(lines)
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      );
      return { id, host, port, configFile, process: undefined };
    });
    const cluster = new ApacheKafka(nodes, libraries, options);
    const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
    for (const { configFile } of nodes)
      await cluster.tool('kafka.tools.StorageTool', ['format', '-t', clusterId, '-c', configFile]);
    await Promise.all(nodes.map(({ id }) => cluster.startBroker(id)));
    return cluster;
  }

  /** Starts a broker that is down and waits until it accepts connections. @throws when it ends instead */
  async startBroker(id: number): Promise<void> {
    const node = this.#node(id);
    const out = openSync(join(this.#folder, `server-${id}.log`), 'a');
    const [java, ...options] = javaCommand(this.#libraries, this.#javaOptions ?? quickJava(brokerHeapMb));
    const args = [...options, 'kafka.Kafka', node.configFile];
    const child = spawn(java, args, { stdio: ['ignore', out, out] });
    node.process = child;
    child.once('exit', () => {
      if (node.process === child) node.process = undefined;
    });
    await untilAccepting(child, node);
  }

  /** `kill -9`. */
  async killBroker(id: number): Promise<void> {
    await this.#end(this.#node(id), 'SIGKILL');
  }

  async stopBroker(id: number): Promise<void> {
    await this.#end(this.#node(id), 'SIGTERM');
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => this.#end(node, 'SIGKILL')));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs one of Apache Kafka's command-line tools by its class name. @returns what it printed */
  async tool(mainClass: string, args: readonly string[]): Promise<string> {
    return runKafkaTool(this.#libraries, mainClass, args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #node(id: number): Node {
    const node = this.#nodes.find((each) => each.id === id);
    if (!node) throw new Error(`there is no broker ${id}; there are 1 to ${this.#nodes.length}`);
    return node;
  }

  async #end(node: Node, signal: NodeJS.Signals): Promise<void> {
    const child = node.process;
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

/** Runs one of Apache Kafka's command-line tools by its class name. @returns its standard output */
export async function runKafkaTool(libraries: string, mainClass: string, args: readonly string[]): Promise<string> {
  const [java, ...options] = kafkaToolCommand(libraries, mainClass, args);
  const { stdout } = await run(java, options, { maxBuffer: 256 * 2 ** 20 });
  return stdout;
}

/** The command that runs a tool in a JVM of its own. */
export function kafkaToolCommand(libraries: string, mainClass: string, args: readonly string[]): [string, ...string[]] {
  return [...javaCommand(libraries), mainClass, ...args];
}

interface ServerOptions {
  id: number;
  host: string;
  port: number;
  controllerPort: number;
  voters: string;
  brokers: number;
  folder: string;
}

function serverProperties({
  id,
  host,
  port,
  controllerPort,
  voters,
  brokers,
  folder,
}: ServerOptions): Record<string, string> {
  const replicas = String(Math.min(3, brokers));
  const inSync = String(Math.min(2, brokers));
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': voters,
    listeners: `PLAINTEXT://${host}:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${host}:${port}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': join(folder, `data-${id}`),
    'num.partitions': '4',
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '8388608',
  };
}

async function untilAccepting(child: ChildProcess, { host, port }: Pick<Node, 'host' | 'port'>): Promise<void> {
  const { connect } = await import('node:net');
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`Apache Kafka ended with code ${child.exitCode}; see its server log`);
    const socket = connect(port, host);
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Apache Kafka did not open port ${port} within a minute`);
}
