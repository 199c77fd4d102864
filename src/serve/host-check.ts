import type { FastifyReply, FastifyRequest } from 'fastify';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Why a request must be refused, or undefined.
 *
 * Bound to loopback, only the machine's own names are answered: a foreign name that resolves to 127.0.0.1 is how a web
 * page elsewhere would read a service here (DNS rebinding). Whatever the address, a browser's request must come from a
 * page of this very server: a WebSocket is not bound by the browser's same-origin rule.
 */
export function refusal(
  headers: { host?: string | undefined; origin?: string | undefined },
  boundHost: string,
): string | undefined {
  const { host, origin } = headers;
  if (isLoopback(boundHost) && !isOwnName(host, boundHost)) {
    return `This server answers as localhost only, not as "${host ?? ''}". To be reached by other names, listen on another address than loopback.`;
  }
  if (origin !== undefined && hostOf(origin) !== host) {
    return `A page of ${origin} may not talk to this server. A proxy in between must pass on the Host header.`;
  }
  return undefined;
}

function isOwnName(host: string | undefined, boundHost: string): boolean {
  const name = host?.replace(/:\d+$/, '').toLowerCase();
  return name !== undefined && (loopbackNames.has(name) || name === boundHost);
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** Answers 403 to what `refusal` refuses. */
export function hostCheck(boundHost: string) {
  return (request: FastifyRequest, reply: FastifyReply, goOn: () => void): void => {
    const reason = refusal(request.headers, boundHost);
    if (reason === undefined) goOn();
    else reply.code(403).send({ statusCode: 403, error: 'Forbidden', message: reason });
  };
}
