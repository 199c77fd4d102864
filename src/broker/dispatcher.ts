import { Reader } from '../wire/codec/reader.ts';
import { readTaggedFields } from '../wire/codec/tagged-fields.ts';
import { string } from '../wire/codec/text-and-bytes.ts';
import { Writer } from '../wire/codec/writer.ts';
import type { Handler, RequestContext } from './handler.ts';
import type { Answer, Connection, ParsedRequest } from './network/connection.ts';
import type { BrokerServices } from './services.ts';
import { UnanswerableRequest } from './unanswerable-request.ts';

const apiVersionsKey = 18;
/** Not compact, not even in flexible versions. */
const clientIdCodec = string.compileNullable(0, false);

/** Finds the handler of a request and frames its answer. */
export class Dispatcher {
  readonly #handlers: ReadonlyMap<number, Handler>;
  readonly #broker: BrokerServices;

  constructor(handlers: readonly Handler[], broker: BrokerServices) {
    this.#handlers = new Map(handlers.map((handler) => [handler.apiKey, handler]));
    this.#broker = broker;
  }

  /**
   *     | api key int16 | api version int16 | correlation id int32 | client id string? | tagged fields (flexible) | body |
   *
   * @throws UnanswerableRequest, WireError
   */
  parse(frame: Buffer, connection: Connection): ParsedRequest {
    const reader = new Reader(frame);
    const apiKey = reader.int16();
    const apiVersion = reader.int16();
    const correlationId = reader.int32();
    const handler = this.#handlers.get(apiKey);
    if (handler === undefined) throw new UnanswerableRequest(`API ${apiKey} is not served`);
    const isServed = apiVersion >= handler.oldestServed && apiVersion <= handler.maxVersion;
    if (!isServed) return this.#unsupported(handler, apiVersion, { correlationId, connection });
    const clientId = clientIdCodec.read(reader) ?? '';
    const isFlexible = handler.isFlexible(apiVersion);
    if (isFlexible) readTaggedFields(reader, () => false);
    const context: RequestContext = { broker: this.#broker, connection, apiVersion, clientId };
    const hasTaggedHeader = isFlexible && apiKey !== apiVersionsKey;
    return {
      lane: handler.lane,
      execute: () => answer(handler, reader, context, { correlationId, hasTaggedHeader, bytesIn: frame.length }),
    };
  }

  /** A client that asks for too new a version of ApiVersions is answered in version 0, so that it can ask again. */
  #unsupported(
    handler: Handler,
    apiVersion: number,
    request: { correlationId: number; connection: Connection },
  ): ParsedRequest {
    if (handler.apiKey !== apiVersionsKey) {
      throw new UnanswerableRequest(`${handler.name} version ${apiVersion} is not served`);
    }
    const context: RequestContext = {
      broker: this.#broker,
      connection: request.connection,
      apiVersion: -1,
      clientId: '',
    };
    const { correlationId } = request;
    const nothing = new Reader(Buffer.alloc(0));
    return {
      lane: undefined,
      execute: () => answer(handler, nothing, context, { correlationId, hasTaggedHeader: false, bytesIn: 0 }),
    };
  }
}

interface AnswerHead {
  correlationId: number;
  hasTaggedHeader: boolean;
  bytesIn: number;
}

function answer(handler: Handler, body: Reader, context: RequestContext, head: AnswerHead): Answer | Promise<Answer> {
  const writer = new Writer();
  const length = writer.reserveInt32();
  writer.int32(head.correlationId);
  if (head.hasTaggedHeader) writer.unsignedVarint(0);
  const begunMs = performance.now();
  const { bytesIn } = head;
  const finish = (written: Writer | null): Answer => {
    const seconds = (performance.now() - begunMs) / 1000;
    context.broker.traffic.answered(handler.name, { bytesIn, bytesOut: written?.length ?? 0, seconds });
    if (written === null) return null;
    length.set(writer.length - 4);
    return writer.finish();
  };
  const written = handler.handle(body, context, writer);
  return written instanceof Promise ? written.then(finish) : finish(written);
}
