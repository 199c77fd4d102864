import { once } from 'node:events';
import type { Server } from 'node:http';
import { fault, systemErrorCode } from '../../base/errors.ts';
import { formatHostPort } from '../../base/units.ts';
import type { Address } from '../network/server.ts';

export interface MetricsServer {
  address: Address;
  close(): Promise<void>;
}

/** Answers `GET /metrics` and nothing else. @throws PORT_IN_USE, LISTEN_FAILED */
export async function startMetricsServer({ host, port }: Address, text: () => string): Promise<MetricsServer> {
  const { createServer } = await import('node:http');
  const server = createServer((request, response) => {
    const isWanted = request.method === 'GET' && request.url?.split('?')[0] === '/metrics';
    response.writeHead(isWanted ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(isWanted ? text() : 'Only GET /metrics is answered here.\n');
  });
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (cause) {
    const code = systemErrorCode(cause) === 'EADDRINUSE' ? 'PORT_IN_USE' : 'LISTEN_FAILED';
    throw fault(code, `${formatHostPort(host, port)} cannot be listened on for metrics`, { cause });
  }
  return { address: addressOf(server, { host, port }), close: () => closeServer(server) };
}

function addressOf(server: Server, wanted: Address): Address {
  const address = server.address();
  return typeof address === 'object' && address !== null ? { host: address.address, port: address.port } : wanted;
}

async function closeServer(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}
