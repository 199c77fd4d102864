import { fault, isFault, systemErrorCode, type VigilError } from '../../base/errors.ts';

export interface Request {
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array<ArrayBuffer> | string;
  /** For the whole exchange, the answer included. */
  timeoutMs: number;
  /** A longer answer is not read to its end. */
  maxAnswerBytes: number;
  /** Ends the exchange. */
  signal: AbortSignal;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Buffer<ArrayBuffer>;
}

/**
 * One HTTP request and its whole answer, whatever its status. Connections are kept and used again. Redirects are not
 * followed: they would carry the headers' secrets elsewhere.
 *
 * @throws MODEL_SERVER_UNREACHABLE when no whole answer came in time
 * @throws MODEL_ANSWER_INVALID when the answer is longer than allowed
 */
export async function exchange(request: Request): Promise<Answer> {
  const { method, url, headers, body, timeoutMs, signal } = request;
  const ending = new AbortController();
  const end = (): void => ending.abort();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, timeoutMs);
  signal.addEventListener('abort', end);
  try {
    signal.throwIfAborted();
    const response = await fetch(url, {
      method,
      headers: { 'accept-encoding': 'identity', ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: ending.signal,
    });
    return { status: response.status, headers: response.headers, body: await readBody(response, request) };
  } catch (cause) {
    if (isFault(cause)) throw cause;
    const reason = isLate ? `no whole answer within ${timeoutMs} ms` : reasonOf(cause);
    throw fault('MODEL_SERVER_UNREACHABLE', `${placeOf(url)}: ${reason}`, { cause });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}

async function readBody(response: Response, { url, maxAnswerBytes }: Request): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    // Leaving the loop ends the connection.
    if (length > maxAnswerBytes) throw tooLong(url, maxAnswerBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

function tooLong(url: string, maxAnswerBytes: number): VigilError {
  return fault('MODEL_ANSWER_INVALID', `${placeOf(url)} answers with more than the ${maxAnswerBytes} bytes allowed`);
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = systemErrorCode(cause);
  const message = cause instanceof Error ? cause.message : String(cause);
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** An address without what may be secret in it: user, password, query. */
export function placeOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
