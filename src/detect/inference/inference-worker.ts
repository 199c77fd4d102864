import { parentPort, workerData } from 'node:worker_threads';
import { isFault } from '../../base/errors.ts';
import { type Detector, type DetectorSettings, openDetector } from './detector.ts';
import type { FromWorker, PortableFault, ToWorker } from './worker-messages.ts';

// One thread of an inference pool: opens the model it is given, then answers each frame it is sent.

function answer(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function portable(error: unknown): PortableFault {
  // Anything but a fault is a mistake in Vigil: the thread ends and the pool replaces it.
  if (!isFault(error)) throw error;
  return { code: error.code, message: error.message, next: error.next };
}

function serve(detector: Detector): void {
  parentPort?.on('message', async (message: ToWorker) => {
    if (message.kind === 'close') {
      await detector.close();
      parentPort?.close();
      return;
    }
    const { id } = message;
    try {
      answer({ kind: 'seen', id, sight: await detector.look(message) });
    } catch (error) {
      answer({ kind: 'failed', id, fault: portable(error) });
    }
  });
  answer({ kind: 'ready' });
}

try {
  serve(await openDetector(workerData as DetectorSettings));
} catch (error) {
  answer({ kind: 'unusable', fault: portable(error) });
}
