import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance } from 'fastify';
import { describeError, fault, isFault, systemErrorCode } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { formatHostPort } from '../base/units.ts';
import type { HelloMessage } from '../topics/live-message.ts';
import { type ApiOptions, apiRoutes } from './api-routes.ts';
import { type AskRoutesOptions, askRoutes } from './ask-routes.ts';
import { hostCheck } from './host-check.ts';
import { addLiveRoute, registerWebSockets } from './live-route.ts';
import { registerPageFiles } from './page-files.ts';
import { addSecurityHeaders } from './security-headers.ts';
import { type AlarmRoutesOptions, alarmRoutes } from './stored/alarm-routes.ts';
import { type Enroll, enrollRoute } from './stored/enroll-route.ts';
import { eventRoutes } from './stored/event-routes.ts';
import { markRoutes } from './stored/mark-routes.ts';
import { peopleRoutes } from './stored/people-routes.ts';

export interface HttpServerOptions extends ApiOptions {
  /** The address it will be bound to; decides which names it answers to. */
  host: string;
  hello: HelloMessage;
  pageDirectory: string;
  logger: Logger;
  /** Where events, alarms and people are kept, and where what is said of them goes; left out: nowhere. */
  stored?: AlarmRoutesOptions;
  /** See `ServeOptions.enroll`. */
  enroll?: Enroll;
  /** Asks detectors; left out: nobody is asked. */
  openAsker?: AskRoutesOptions['openAsker'];
}

/** The server with all its routes, not yet listening. */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const { host, hello, pageDirectory, logger, hub } = options;
  const server = Fastify({ logger: false, forceCloseConnections: true }).withTypeProvider<TypeBoxTypeProvider>();
  await registerWebSockets(server);
  server.addHook('onRequest', hostCheck(host));
  server.addHook('onSend', addSecurityHeaders);
  server.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const statusCode = error.statusCode ?? statusOf(error);
    if (statusCode === 500) logger.error({ err: error }, 'a request failed');
    // What went wrong inside is for the logger, not for whoever asked.
    const message = statusCode === 500 ? 'The server failed to answer; its log says why.' : describeError(error);
    return reply.code(statusCode).send({ statusCode, error: error.name, message });
  });
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Vigil',
        version: hello.version,
        description: 'The ledger, the newest pictures, health and metrics.',
      },
    },
  });
  await server.register(swaggerUi, { routePrefix: '/docs', staticCSP: docsPolicy });
  addLiveRoute(server, hub, hello);
  await server.register(apiRoutes, options);
  if (options.openAsker) await server.register(askRoutes, { openAsker: options.openAsker });
  if (options.stored) {
    await server.register(eventRoutes, options.stored);
    await server.register(alarmRoutes, options.stored);
    await server.register(markRoutes, options.stored);
    await server.register(peopleRoutes, options.stored);
    if (options.enroll) await server.register(enrollRoute, { enroll: options.enroll });
  }
  await registerPageFiles(server, pageDirectory);
  return server;
}

/** Faults that whoever asks can do something about, by their code. */
function statusOf(error: Error): number {
  if (isFault(error, 'USAGE') || isFault(error, 'ASK_REFUSED')) return 400;
  if (isFault(error, 'ASK_NO_WORKER')) return 503;
  if (isFault(error, 'ASK_TIMEOUT')) return 504;
  if (isFault(error, 'FACE_REFUSED') || isFault(error, 'PHOTO_UNREADABLE')) return 422;
  const isAway = isFault(error) && (error.code === 'BROKER_UNREACHABLE' || /^(STORE|MODEL|OPTIONAL)_/.test(error.code));
  return isAway ? 503 : 500;
}

/** The documentation's own page styles itself inline. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/**
 * @returns the address to visit
 * @throws PORT_IN_USE, LISTEN_FAILED
 */
export async function listen(server: FastifyInstance, http: { host: string; port: number }): Promise<string> {
  const address = formatHostPort(http.host, http.port);
  try {
    await server.listen(http);
  } catch (cause) {
    if (systemErrorCode(cause) === 'EADDRINUSE') {
      throw fault('PORT_IN_USE', `${address} is already in use by another process`, {
        next: 'Stop the other process, or choose another address for the page with --http.',
        cause,
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fault('LISTEN_FAILED', `the page cannot listen on ${address}: ${reason}`, { cause });
  }
  const bound = server.server.address();
  const port = typeof bound === 'object' && bound ? bound.port : http.port;
  return `http://${formatHostPort(visitableHost(http.host), port)}`;
}

/** An address that stands for "all of this machine's" cannot be visited; loopback can. */
function visitableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}
