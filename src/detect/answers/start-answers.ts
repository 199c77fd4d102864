import { describeError, isFault } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { RunningPart } from '../../stage/part.ts';
import { startWorkLoop } from '../../stage/work-loop.ts';
import { type AskReply, type AskRequest, decodeRequest, encodeReply } from '../../topics/ask-record.ts';
import { answerGroup, requestTopic } from '../../topics/ask-task.ts';
import type { IncomingRecord, OutgoingRecord } from '../../topics/record.ts';
import type { Looker } from '../looker/looker.ts';
import type { Capability } from './capability.ts';
import { KnownPeople } from './known-people.ts';
import { uprightJpeg } from './upright-jpeg.ts';

export interface AnswerOptions {
  brokers: readonly string[];
  /** Who answers. */
  worker: string;
  capabilities: readonly Capability[];
  look: Looker['look'];
  nowUs: () => number;
  logger: Logger;
}

/** What was asked shortly before a group met for the first time still waits for an answer. */
const lookBackMs = 60_000;

/**
 * Answers what is asked on `requests.<task>`: a member of the group `answer-<task>` for each capability, so that any one
 * capable worker answers. What nobody waits for any longer is passed over.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function startAnswers(options: AnswerOptions): Promise<RunningPart> {
  const loops: RunningPart[] = [];
  const people = new KnownPeople(options);
  const close = async () => void (await Promise.all([...loops, people].map((each) => each.close())));
  try {
    for (const capability of options.capabilities) loops.push(await startLoop(capability, options, people));
  } catch (error) {
    await close();
    throw error;
  }
  return { done: Promise.all(loops.map(({ done }) => done)).then(() => undefined), close };
}

function startLoop(capability: Capability, options: AnswerOptions, people: KnownPeople): Promise<RunningPart> {
  const { brokers, logger } = options;
  const groupId = answerGroup(capability.task);
  return startWorkLoop({
    brokers,
    clientId: groupId,
    groupId,
    topics: [requestTopic(capability.task)],
    // A question that is answered twice is answered; one that waits for a transaction is late.
    delivery: 'at-least-once',
    from: { timestampMs: Date.now() - lookBackMs },
    concurrency: () => 1,
    work: (record) => answer(record, { capability, people, ...options }),
    onInterruption: (error) => logger.warn(`${error.message}; going on`),
  });
}

interface AnswerWork extends AnswerOptions {
  capability: Capability;
  people: KnownPeople;
}

async function answer(record: IncomingRecord, work: AnswerWork): Promise<OutgoingRecord[]> {
  const { worker, nowUs, logger } = work;
  let request: AskRequest;
  try {
    request = decodeRequest(record);
  } catch (error) {
    if (!isFault(error, 'RECORD_INVALID')) throw error;
    logger.warn(`${describeError(error)}; it is passed over`);
    return [];
  }
  const { task, correlationId, expiresAtUs, picture } = request;
  if (nowUs() > expiresAtUs) return [];
  const said = await sayOf(picture, work);
  return [encodeReply({ correlationId, task, worker, ...said }, nowUs())];
}

/** A photo that cannot be looked at is whoever asked's to know of; a detector that cannot look is the detector's. */
async function sayOf(
  photo: Buffer,
  { capability, look, people }: AnswerWork,
): Promise<Pick<AskReply, 'answer' | 'error'>> {
  try {
    const frame = await uprightJpeg(photo);
    const { width, height } = frame;
    const picture = { width, height, sight: await look(frame) };
    return { answer: await capability.answer(picture, () => people.book()) };
  } catch (error) {
    if (!isFault(error)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}
