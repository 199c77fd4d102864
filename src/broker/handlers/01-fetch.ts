/**
 * Fetch: reads whole record batches as they lie in the log, waiting for records when there are too few.
 *
 * Differs from Apache Kafka: no fetch sessions are kept. A client that asks for one is answered with session 0, upon which
 * clients send full requests; for a session it believes in it is told that there is none. Replicas are not served.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { type FetchRequest, fetchRequest, fetchResponse } from '../../wire/messages/01-fetch.ts';
import { FetchReader } from '../fetch/fetch-reader.ts';
import { type RequestContext, serveApi } from '../handler.ts';

export const fetchHandler = serveApi({
  request: fetchRequest,
  response: fetchResponse,
  versions: [4, 18],
  handle: fetch,
});

async function fetch(request: FetchRequest, context: RequestContext) {
  const sessionError = checkSession(request);
  if (sessionError !== 'NONE') return { errorCode: errorCode[sessionError], sessionId: 0, responses: [] };
  const reader = new FetchReader(request, context);
  const { clock, fetches } = context.broker;
  const until = clock.monotonicMs() + Math.max(0, request.maxWaitMs);
  let found = reader.read();
  while (!found.isFinal && found.sizeBytes < request.minBytes && clock.monotonicMs() < until && !fetches.isClosing) {
    await fetches.wait({
      partitions: found.partitions,
      minBytes: request.minBytes,
      foundBytes: found.sizeBytes,
      maxWaitMs: until - clock.monotonicMs(),
    });
    found = reader.read();
  }
  return { errorCode: errorCode.NONE, sessionId: 0, responses: found.responses };
}

function checkSession({ sessionId, sessionEpoch }: FetchRequest): ErrorName {
  if (sessionEpoch === 0 || sessionEpoch === -1) return 'NONE';
  return sessionId === 0 ? 'INVALID_FETCH_SESSION_EPOCH' : 'FETCH_SESSION_ID_NOT_FOUND';
}
