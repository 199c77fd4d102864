import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { createLogger } from '../../src/base/logger.ts';
import { type ServeOptions, startServe } from '../../src/serve/start-serve.ts';
import type { HelloMessage, LiveFrameHeader, SnapshotMessage } from '../../src/topics/live-message.ts';
import { FakeLog } from './fake-log.ts';

export interface Served {
  log: FakeLog;
  url: string;
  part: Awaited<ReturnType<typeof startServe>>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** Resolves with the first snapshot of the account that satisfies the condition. */
  until(condition: (snapshot: SnapshotMessage) => boolean): Promise<SnapshotMessage>;
}

/** The page's server over a log in memory, closed after the test. */
export async function serve(
  context: TestContext,
  options: Partial<ServeOptions> & { log?: FakeLog } = {},
): Promise<Served> {
  const { log = new FakeLog(), ...rest } = options;
  const part = await startServe({
    brokers: ['log-in-memory:1'],
    http: { host: '127.0.0.1', port: 0 },
    logger: createLogger('serve', { level: 'silent' }),
    openConsumer: log.open,
    ...rest,
  });
  context.after(() => part.close());
  return {
    log,
    url: part.url,
    part,
    get: (path, headers = {}) => fetch(`${part.url}${path}`, { headers }),
    until: (condition) => snapshotThat(part.url, condition),
  };
}

async function snapshotThat(url: string, condition: (snapshot: SnapshotMessage) => boolean): Promise<SnapshotMessage> {
  const client = await LiveTestClient.connect(url, { cameras: [] });
  try {
    return await client.snapshot(condition);
  } finally {
    client.socket.terminate();
  }
}

/** A client of the live feed that remembers what it got. */
export class LiveTestClient {
  readonly socket: WebSocket;
  readonly texts: (HelloMessage | SnapshotMessage)[] = [];
  readonly frames: { header: LiveFrameHeader; jpeg: Buffer; atMs: number }[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.frames.push({ ...parseFrame(data), atMs: performance.now() });
      else this.texts.push(JSON.parse(data.toString()));
    });
  }

  static async connect(url: string, view?: { cameras?: string[]; maxFps?: number }): Promise<LiveTestClient> {
    const client = new LiveTestClient(new WebSocket(`${url.replace('http', 'ws')}/ws`));
    await once(client.socket, 'open');
    if (view) client.socket.send(JSON.stringify({ type: 'view', ...view }));
    return client;
  }

  async snapshot(condition: (snapshot: SnapshotMessage) => boolean): Promise<SnapshotMessage> {
    for (let seen = 0; ; ) {
      for (; seen < this.texts.length; seen++) {
        const text = this.texts[seen];
        if (text?.type === 'snapshot' && condition(text)) return text;
      }
      await once(this.socket, 'message');
    }
  }

  /** Waits until so many frames have come. */
  async framesTo(count: number): Promise<this['frames']> {
    while (this.frames.length < count) await once(this.socket, 'message');
    return this.frames;
  }
}

export function parseFrame(message: Buffer): { header: LiveFrameHeader; jpeg: Buffer } {
  const length = message.readUInt32BE();
  return { header: JSON.parse(message.toString('utf8', 4, 4 + length)), jpeg: message.subarray(4 + length) };
}

/** Listens on a port of loopback so that nobody else can, until the test is over. */
export async function occupyPort(context: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
