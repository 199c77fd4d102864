import { randomUUID } from 'node:crypto';
import { wallClockUs } from '../base/clock.ts';
import { describeError, isFault } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { fetchRecord } from '../stage/fetch-record.ts';
import { commitOffsets, committedOffsets } from '../stage/kafka-admin.ts';
import type { RunningPart } from '../stage/part.ts';
import { offsetsOf } from '../stage/read-to-end.ts';
import { openRecordConsumer } from '../stage/record-consumer.ts';
import { openRecordProducer, type RecordProducer } from '../stage/record-producer.ts';
import { startWorkLoop } from '../stage/work-loop.ts';
import { encodeDelivery } from '../topics/alarm-record.ts';
import type { Alarm } from '../topics/alarm-schema.ts';
import { decodeFrameTracks } from '../topics/event-record.ts';
import { topicNames } from '../topics/topic-names.ts';
import { Command } from './command.ts';
import { DeliveryLine } from './delivery-line.ts';
import type { Notifier } from './notifier.ts';
import type { NotifierOptions } from './notifier-options.ts';
import { StandardOutput } from './standard-output.ts';
import { Webhook } from './webhook.ts';

export interface StartNotifyOptions {
  brokers: readonly string[];
  notifiers: readonly NotifierOptions[];
  cameras: readonly string[];
  /** Names this process within each group, the same again after a restart. */
  instance?: string;
  logger: Logger;
  /** Where the standard output is; this process's when left out. */
  print?: (line: string) => Promise<void>;
  /** Between attempts; for tests. */
  waitMs?: (attempts: number) => number;
}

/**
 * Starts the notifiers, each a consumer group `notify-<name>` of its own on `alarms`: one that hangs holds up nobody else, and
 * goes on where it was after a restart. A new notifier begins with the alarms raised from now on.
 *
 * @throws BROKER_UNREACHABLE
 */
export async function startNotify(options: StartNotifyOptions): Promise<RunningPart> {
  const { brokers, logger } = options;
  const ending = new AbortController();
  const started: RunningPart[] = [];
  const statements = await openRecordProducer({ brokers, clientId: 'notify' });
  const close = async () => {
    ending.abort();
    await Promise.all(started.map((each) => each.close()));
    await statements.close({ abort: true });
  };
  try {
    const lines = await startLines({ ...options, statements, signal: ending.signal }, started);
    const watch = await watchPersons(options, lines);
    if (watch) started.push(watch);
  } catch (error) {
    await close();
    throw error;
  }
  const done = Promise.all(started.map((each) => each.done)).then(() => undefined);
  // What is under way when the end comes is told again by the next process.
  const untilClosed = done.catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  untilClosed.catch((error) => logger.error(describeError(error)));
  return { done: untilClosed, close };
}

type Run = StartNotifyOptions & { statements: RecordProducer; signal: AbortSignal };

/** @param started where each is put as soon as it runs, for whoever has to close them */
async function startLines(run: Run, started: RunningPart[]): Promise<RunningLine[]> {
  const lines: RunningLine[] = [];
  for (const options of run.notifiers) {
    const line = await startLine(options, run);
    lines.push(line);
    started.push(line);
  }
  return lines;
}

interface RunningLine extends RunningPart {
  notifier: Notifier;
}

/** @param run what all lines share */
async function startLine(options: NotifierOptions, run: Run): Promise<RunningLine> {
  const { brokers, logger, statements, signal, waitMs } = run;
  const groupId = `notify-${options.name}`;
  await beginNow({ brokers, clientId: groupId, groupId, topic: topicNames.alarms });
  const notifier = await makeNotifier(options, run);
  const line = new DeliveryLine({
    options,
    notifier,
    nowUs: wallClockUs,
    random: Math.random,
    signal,
    onRetry: (delivery) => void statements.send([encodeDelivery(delivery)]).catch(() => {}),
    logger,
    ...(waitMs ? { waitMs } : {}),
  });
  const loop = await startWorkLoop({
    brokers,
    clientId: groupId,
    groupId,
    groupInstanceId: run.instance ?? randomUUID(),
    topics: [topicNames.alarms],
    concurrency: () => 1,
    work: (record) => line.work(record),
    onInterruption: (error) => logger.warn(`${options.name}: ${error.message}; going on`),
  }).catch(async (error: unknown) => {
    await notifier.close();
    throw error;
  });
  const close = async () => void (await Promise.all([loop.close(), notifier.close()]));
  return { done: loop.done, close, notifier };
}

export async function makeNotifier(
  { name, target }: NotifierOptions,
  { brokers, cameras, logger, print }: Pick<StartNotifyOptions, 'brokers' | 'cameras' | 'logger' | 'print'>,
): Promise<Notifier> {
  const pictureOf = (alarm: Alarm) => fetchPicture(brokers, alarm);
  switch (target.kind) {
    case 'webhook':
      return new Webhook(target);
    case 'mqtt': {
      const { MqttNotifier } = await import('./mqtt-notifier.ts');
      return new MqttNotifier({ name, target, cameras, pictureOf, logger });
    }
    case 'command':
      return new Command(target);
    case 'stdout':
      return new StandardOutput(print);
  }
}

/** A group without an offset begins at the end, and says so: what is raised while it is away is told when it is back. */
async function beginNow(group: { brokers: readonly string[]; clientId: string; groupId: string; topic: string }) {
  if ((await committedOffsets(group)).size > 0) return;
  await commitOffsets({ ...group, offsets: await offsetsOf({ ...group, from: 'end' }) });
}

/** The picture of the frame that made the rule fire, from its result or, where that has none, from the frame itself. */
async function fetchPicture(brokers: readonly string[], { evidence }: Alarm): Promise<Buffer | undefined> {
  const ref = evidence.findLast(({ box, ref }) => box && ref)?.ref;
  if (ref === undefined) return undefined;
  const from = { brokers, clientId: 'notify' };
  const result = await fetchRecord(from, ref);
  const frameRef = result?.headers.get('frame_ref');
  const picture = result?.value.length || frameRef === undefined ? result : await fetchRecord(from, frameRef);
  return picture && picture.value.length > 0 ? picture.value : undefined;
}

/** Counts for those who show them; nobody reads the topic where nobody does. */
async function watchPersons(
  { brokers, logger }: StartNotifyOptions,
  lines: readonly RunningLine[],
): Promise<RunningPart | undefined> {
  const shown = lines.filter(({ notifier }) => notifier.sawPersons !== undefined);
  if (shown.length === 0) return undefined;
  const consumer = await openRecordConsumer({ brokers, clientId: 'notify', topics: [topicNames.tracks], from: 'end' });
  const read = async () => {
    for await (const record of consumer) {
      try {
        const { camera, tracks } = decodeFrameTracks(record);
        const count = tracks.filter(({ label, isSeen }) => label === 'person' && isSeen).length;
        for (const { notifier } of shown) notifier.sawPersons?.(camera, count);
      } catch (error) {
        if (!isFault(error, 'RECORD_INVALID')) throw error;
        logger.warn(`${describeError(error)}; it is passed over`);
      }
    }
  };
  return { done: read(), close: () => consumer.close() };
}
