import { parentPort, workerData } from 'node:worker_threads';
import type { FromWorker, ToWorker } from '../../../src/detect/inference/worker-messages.ts';

// Stands in for an inference thread. The first byte of a frame says what happens: `s` it is seen, with its second byte as
// the inference time; `f` it fails; `x` the thread ends; `t` the thread throws; `h` it is never answered.

const answer = (message: FromWorker): void => parentPort?.postMessage(message);

if ((workerData as { path: string }).path === 'dies') process.exit(7);

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'close') {
    parentPort?.close();
    return;
  }
  const { id, jpeg } = message;
  const script = String.fromCharCode(jpeg[0] ?? 0);
  if (script === 's') answer({ kind: 'seen', id, sight: { detections: [], inferenceUs: jpeg[1] ?? 0 } });
  if (script === 'f') {
    answer({ kind: 'failed', id, fault: { code: 'FRAME_UNDECODABLE', message: 'no picture', next: 'look at it' } });
  }
  if (script === 'x') process.exit(3);
  if (script === 't') throw new Error('out of order');
});
answer({ kind: 'ready' });
