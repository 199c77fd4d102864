import type { Message } from '../wire/codec/message.ts';
import type { Reader } from '../wire/codec/reader.ts';
import type { Writer } from '../wire/codec/writer.ts';
import type { Connection, Lane } from './network/connection.ts';
import type { BrokerServices } from './services.ts';

/** What a handler knows about a request besides its body. */
export interface RequestContext {
  broker: BrokerServices;
  connection: Connection;
  apiVersion: number;
  clientId: string;
}

type Awaitable<T> = T | Promise<T>;

/** One API as the dispatcher sees it: bytes in, bytes out. */
export interface Handler {
  readonly apiKey: number;
  readonly name: string;
  /** The versions that ApiVersions tells clients. */
  readonly minVersion: number;
  readonly maxVersion: number;
  /** The oldest version that is really served, where that differs from the one that is told. */
  readonly oldestServed: number;
  readonly lane: Lane | undefined;
  isFlexible(version: number): boolean;
  /** @returns the body of the answer, or null for none. @throws WireError when the body is not one of this version */
  handle(body: Reader, context: RequestContext, head: Writer): Awaitable<Writer | null>;
}

export interface ApiOptions<Request, Response> {
  request: Message<Request, never>;
  response: Message<unknown, Response>;
  /** Versions to advertise: inside what the messages define. */
  versions: readonly [number, number];
  oldestServed?: number;
  /** See `ParsedRequest.lane`. */
  lane?: Lane;
  /** What is asked for, and whether an answer is wanted at all (null: none). */
  handle(request: Request, context: RequestContext): Awaitable<Response | null>;
}

/** Makes the handler of one API out of its messages and its work. */
export function serveApi<Request, Response>(options: ApiOptions<Request, Response>): Handler {
  const { request, response, handle } = options;
  const [minVersion, maxVersion] = options.versions;
  const name = request.name.replace(/Request$/, '');
  const encode = (answer: Response | null, context: RequestContext, head: Writer): Writer | null => {
    if (answer === null) return null;
    if (typeof answer === 'object') context.broker.traffic.countErrors(name, answer);
    response.encode(head, answer, context.apiVersion);
    return head;
  };
  return {
    apiKey: request.apiKey ?? -1,
    name,
    minVersion,
    maxVersion,
    oldestServed: options.oldestServed ?? minVersion,
    lane: options.lane,
    isFlexible: (version) => version >= request.flexibleVersions.from && version <= request.flexibleVersions.to,
    handle(body, context, head) {
      // Bytes after the request are left alone, as Apache Kafka does: librdkafka sends some with Metadata (null topics).
      const answer = handle(request.decode(body, context.apiVersion), context);
      if (answer instanceof Promise) return answer.then((value) => encode(value, context, head));
      return encode(answer, context, head);
    },
  };
}
