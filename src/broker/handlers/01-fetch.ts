/**
 * Fetch: reads whole record batches as they lie in the log, waiting for records when there are too few.
 *
 * Sessions are kept and given up by the rules of Apache Kafka. Differs from it: replicas are not served.
 */
import { type ErrorName, errorCode } from '../../wire/error-codes.ts';
import { type FetchRequest, type FetchResponse, fetchRequest, fetchResponse } from '../../wire/messages/01-fetch.ts';
import { FetchReader, type Found } from '../fetch/fetch-reader.ts';
import type { Answered, FetchPlan } from '../fetch/fetch-sessions.ts';
import { type RequestContext, serveApi } from '../handler.ts';

export const fetchHandler = serveApi({
  request: fetchRequest,
  response: fetchResponse,
  versions: [4, 18],
  handle: fetch,
});

async function fetch(request: FetchRequest, context: RequestContext): Promise<FetchResponse> {
  const plan = context.broker.fetchSessions.plan(request, context.apiVersion);
  if (typeof plan === 'string') return refused(plan);
  const { answered } = await readEnough(plan, request, context);
  const told = plan.conclude(answered);
  return { errorCode: errorCode[told.error], sessionId: told.sessionId, responses: byTopic(told.answered) };
}

/** Reads until there is something to say or the time is over. */
async function readEnough(plan: FetchPlan, request: FetchRequest, context: RequestContext): Promise<Found> {
  const reader = new FetchReader(plan.wanted, request, context);
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
  return found;
}

/** Partitions of one topic that follow each other share its entry. */
function byTopic(answered: readonly Answered[]): FetchResponse['responses'] {
  const responses: { topic: string; topicId: string; partitions: Answered['answer'][] }[] = [];
  for (const { wanted, answer } of answered) {
    const last = responses.at(-1);
    const isSame = last !== undefined && last.topic === wanted.topic && last.topicId === wanted.topicId;
    if (isSame) last.partitions.push(answer);
    else responses.push({ topic: wanted.topic, topicId: wanted.topicId, partitions: [answer] });
  }
  return responses;
}

function refused(error: ErrorName): FetchResponse {
  return { errorCode: errorCode[error], sessionId: 0, responses: [] };
}
