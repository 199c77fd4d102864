import { Worker } from 'node:worker_threads';
import { fault, type VigilError } from '../../base/errors.ts';
import type { DetectorSettings, JpegFrame, Sight } from './detector.ts';
import type { FromWorker, PortableFault, ToWorker } from './worker-messages.ts';

/** One worker thread with an open model. */
export interface InferenceThread {
  /** @returns the sight, or the fault of this frame, or undefined when the thread ended first */
  look(frame: JpegFrame): Promise<Outcome>;
  /** Resolves, with why, when the thread has ended, asked to or not. */
  readonly ended: Promise<Error>;
  /** Lets the frames in hand finish, then ends the thread. */
  close(): Promise<void>;
}

const workerModule = new URL('./inference-worker.ts', import.meta.url);

/** Undefined: the thread ended before it answered. */
type Outcome = Sight | VigilError | undefined;

/**
 * Starts a thread and waits until its model is open.
 *
 * @throws MODEL_INVALID, MODEL_SHAPE, OPTIONAL_PART_MISSING, or INFERENCE_FAILED when the thread dies over it
 */
export async function startInferenceThread(
  settings: DetectorSettings,
  module = workerModule,
): Promise<InferenceThread> {
  const worker = new Worker(module, { workerData: settings });
  const pending = new Map<number, (outcome: Outcome) => void>();
  const inHand = new Set<Promise<Outcome>>();
  const ended = whenEnded(worker);
  await whenReady(worker, ended);
  let lastId = 0;
  worker.on('message', (message: FromWorker) => {
    if (message.kind !== 'seen' && message.kind !== 'failed') return;
    pending.get(message.id)?.(message.kind === 'seen' ? message.sight : revive(message.fault));
    pending.delete(message.id);
  });
  void ended.then(() => {
    for (const answer of pending.values()) answer(undefined);
  });
  const send = (message: ToWorker, transfer: ArrayBuffer[] = []): void => worker.postMessage(message, transfer);
  return {
    ended,
    look(frame) {
      const id = ++lastId;
      // A copy of its own to hand over: the frame usually is a view of a whole fetched batch, and stays with its record.
      const jpeg = new Uint8Array(frame.jpeg);
      const outcome = new Promise<Outcome>((resolve) => pending.set(id, resolve));
      inHand.add(outcome);
      void outcome.then(() => inHand.delete(outcome));
      send({ kind: 'look', id, jpeg, width: frame.width, height: frame.height }, [jpeg.buffer]);
      return outcome;
    },
    async close() {
      await Promise.all(inHand);
      send({ kind: 'close' });
      await ended;
    },
  };
}

function whenEnded(worker: Worker): Promise<Error> {
  return new Promise((resolve) => {
    worker.once('error', (error) => resolve(error instanceof Error ? error : new Error(String(error))));
    worker.once('exit', (code) => resolve(new Error(`the inference thread ended with code ${code}`)));
  });
}

async function whenReady(worker: Worker, ended: Promise<Error>): Promise<void> {
  const first = new Promise<FromWorker>((resolve) => worker.once('message', resolve));
  const outcome = await Promise.race([first, ended]);
  if (outcome instanceof Error) {
    throw fault('INFERENCE_FAILED', `an inference thread ended while opening the model: ${outcome.message}`, {
      cause: outcome,
    });
  }
  if (outcome.kind !== 'unusable') return;
  await worker.terminate();
  throw revive(outcome.fault);
}

function revive({ code, message, next }: PortableFault): VigilError {
  return fault(code, message, { next });
}
