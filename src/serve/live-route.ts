import websocket from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import type { HelloMessage, ViewMessage } from '../topics/live-message.ts';
import type { LiveHub } from './live-hub.ts';

/** Clients ask little: a view. */
const longestRequestBytes = 64 * 1024;
const heartbeatMs = 20_000;
/** How long a client may take to answer a goodbye. */
const goodbyeMs = 200;

/** Lets routes take WebSockets. Comes before any hook that may refuse a request: it is what closes a refused socket. */
export async function registerWebSockets(server: FastifyInstance): Promise<void> {
  await server.register(websocket, {
    options: { maxPayload: longestRequestBytes, perMessageDeflate: false },
    preClose(done) {
      sayGoodbye(server.websocketServer.clients, done);
    },
  });
}

/** The live feed at `/ws`; see docs/live-feed.md. */
export function addLiveRoute(server: FastifyInstance, hub: LiveHub, hello: HelloMessage): void {
  const greeting = JSON.stringify(hello);
  server.get('/ws', { websocket: true }, (socket) => serveClient(socket, hub, greeting));
}

function serveClient(socket: WebSocket, hub: LiveHub, greeting: string): void {
  const client = hub.add(socket, greeting);
  const stopHeartbeat = keepAlive(socket);
  socket.on('message', (data, isBinary) => {
    const view = isBinary ? undefined : parseView(data.toString());
    if (view) hub.setView(client, view);
    else socket.close(1003, 'expected a view message');
  });
  socket.on('close', () => {
    stopHeartbeat();
    hub.remove(client);
  });
}

/** @returns undefined when the text is not a view message */
export function parseView(text: string): ViewMessage | undefined {
  let message: Partial<ViewMessage> | null;
  try {
    message = JSON.parse(text) as Partial<ViewMessage> | null;
  } catch {
    return undefined;
  }
  const { type, cameras, maxFps } = message ?? {};
  if (type !== 'view') return undefined;
  if (cameras !== undefined && !(Array.isArray(cameras) && cameras.every((each) => typeof each === 'string')))
    return undefined;
  if (maxFps !== undefined && !(typeof maxFps === 'number' && maxFps > 0)) return undefined;
  return { type, ...(cameras === undefined ? {} : { cameras }), ...(maxFps === undefined ? {} : { maxFps }) };
}

/** Drops a client that stopped answering (a laptop that went to sleep), which would otherwise be kept for hours. */
function keepAlive(socket: WebSocket): () => void {
  let isAlive = true;
  socket.on('pong', () => {
    isAlive = true;
  });
  const timer = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, heartbeatMs);
  timer.unref();
  return () => clearInterval(timer);
}

function sayGoodbye(sockets: Iterable<WebSocket>, done: () => void): void {
  const open = new Set(sockets);
  const finish = () => {
    clearTimeout(timer);
    for (const socket of open) socket.terminate();
    open.clear();
    done();
  };
  const timer = setTimeout(finish, goodbyeMs);
  for (const socket of open) {
    socket.once('close', () => {
      if (open.delete(socket) && open.size === 0) finish();
    });
    socket.close(1001, 'the server is closing');
  }
  if (open.size === 0) finish();
}
