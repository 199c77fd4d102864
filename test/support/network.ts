import { execFileSync } from 'node:child_process';

/** Whether this user may make networks (Linux, root, the `ip` command). */
export function mayMakeNetworks(): boolean {
  const name = `vgtry${process.pid}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'delete', name);
    return true;
  } catch {
    return false;
  }
}

/**
 * A network of its own on this machine: a bridge, which this machine is on by `address`, and hosts, each a network
 * namespace with an address of its own.
 */
export class Network {
  readonly #bridge: string;
  readonly #subnet: string;
  readonly #hosts: string[] = [];

  constructor() {
    this.#bridge = `vg${process.pid}`;
    this.#subnet = `10.${200 + (process.pid % 50)}.${(process.pid >> 6) % 250}`;
    ip('link', 'add', this.#bridge, 'type', 'bridge');
    ip('addr', 'add', `${this.address}/24`, 'dev', this.#bridge);
    ip('link', 'set', this.#bridge, 'up');
  }

  /** Of this machine in the network. */
  get address(): string {
    return `${this.#subnet}.1`;
  }

  /** @returns what stands before a command to run it there */
  addHost(): { host: number; prefix: string[] } {
    const host = this.#hosts.length + 1;
    const [space, port] = [`${this.#bridge}h${host}`, this.#port(host)];
    ip('netns', 'add', space);
    this.#hosts.push(space);
    ip('link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space);
    ip('link', 'set', port, 'master', this.#bridge, 'up');
    ip('-n', space, 'addr', 'add', `${this.#subnet}.${host + 1}/24`, 'dev', 'eth0');
    ip('-n', space, 'link', 'set', 'eth0', 'up');
    ip('-n', space, 'link', 'set', 'lo', 'up');
    return { host, prefix: ['ip', 'netns', 'exec', space] };
  }

  /** Nothing gets through to the host any more, and nobody is told. */
  cut(host: number): void {
    ip('link', 'set', this.#port(host), 'down');
  }

  mend(host: number): void {
    ip('link', 'set', this.#port(host), 'up');
  }

  remove(): void {
    for (const [index, space] of this.#hosts.entries()) {
      ip('link', 'delete', this.#port(index + 1));
      ip('netns', 'delete', space);
    }
    ip('link', 'delete', this.#bridge);
  }

  #port(host: number): string {
    return `${this.#bridge}p${host}`;
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
