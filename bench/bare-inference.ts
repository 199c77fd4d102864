// What does bare ONNX Runtime do? One session with one thread per worker, the same random input again and again, nothing
// around it. Prints JSON: { model, workers, seconds, frames, framesPerSecond, msPerFrame }.
//
//   node bench/bare-inference.ts --model FILE.onnx [--workers 2] [--seconds 10]
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { InferenceSession, Tensor } from 'onnxruntime-node';

interface Task {
  model: string;
  seconds: number;
}

const options = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
} as const;

/** Random pixels for every input; a dimension that the model leaves open becomes 1. */
async function randomFeeds(session: InferenceSession): Promise<Record<string, Tensor>> {
  const { Tensor } = await import('onnxruntime-node');
  const feeds: Record<string, Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) continue;
    const shape = input.shape.map((length) => (typeof length === 'number' ? length : 1));
    const size = shape.reduce((product, length) => product * length, 1);
    feeds[input.name] = new Tensor(
      'float32',
      Float32Array.from({ length: size }, () => Math.random() * 255),
      shape,
    );
  }
  return feeds;
}

/** Runs on a thread: opens the model, says so, waits for the start, then counts frames until the time is over. */
async function work({ model, seconds }: Task): Promise<void> {
  const { InferenceSession } = await import('onnxruntime-node');
  const session = await InferenceSession.create(readFileSync(model), options);
  const feeds = await randomFeeds(session);
  for (let warm = 0; warm < 5; warm++) await session.run(feeds);
  parentPort?.once('message', async () => {
    const startedMs = performance.now();
    let frames = 0;
    while (performance.now() - startedMs < seconds * 1000) {
      await session.run(feeds);
      frames++;
    }
    parentPort?.postMessage({ frames, elapsedMs: performance.now() - startedMs });
  });
  parentPort?.postMessage('ready');
}

function nextMessage<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
}

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: { model: { type: 'string' }, workers: { type: 'string' }, seconds: { type: 'string', default: '10' } },
  });
  if (!values.model) throw new Error('--model FILE.onnx is missing');
  const workers = Number(values.workers ?? availableParallelism());
  const workerData: Task = { model: values.model, seconds: Number(values.seconds) };
  const threads = Array.from({ length: workers }, () => new Worker(new URL(import.meta.url), { argv: [], workerData }));
  await Promise.all(threads.map((thread) => nextMessage(thread)));
  for (const thread of threads) thread.postMessage('start');
  const counts = await Promise.all(threads.map((thread) => nextMessage<{ frames: number; elapsedMs: number }>(thread)));
  const frames = counts.reduce((sum, count) => sum + count.frames, 0);
  const framesPerSecond = counts.reduce((sum, count) => sum + (count.frames * 1000) / count.elapsedMs, 0);
  const result = { ...workerData, workers, frames, framesPerSecond, msPerFrame: (1000 * workers) / framesPerSecond };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  for (const thread of threads) await thread.terminate();
}

if (isMainThread) await measure();
else await work(workerData as Task);
