// Frame order: how many results per second are put back in order, and how much memory do they take?
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FrameOrder } from '../src/stage/order/frame-order.ts';
import type { ArrivedResult } from '../src/stage/order/order-types.ts';
import { framePartition } from '../src/topics/partitioning.ts';
import { report } from './lib/results.ts';

const partitions = 12;
const cameras = ['entrance', 'yard', 'gate', 'hall'];
const framesPerCamera = Number(process.argv[2] ?? 250_000);
const runs = 5;
const session = '20260314T101112.131Z-0a1b';

/** What a result costs while it is held: the detections of one person. */
const payload = { detections: [{ label: 'person', score: 0.9, box: { x: 1, y: 2, width: 3, height: 4 } }] };

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Outcome {
  perSecond: number;
  mostHeld: number;
  mostHeldHeapMiB: number;
}

/** Arrivals as workers make them: each partition in its order, one of them `lag` frames behind the others. */
function* arrivals(lag: number): Generator<ArrivedResult<typeof payload>> {
  const offsets = Array.from({ length: partitions }, () => 0n);
  const outputs = new Map(cameras.map((camera) => [camera, 0n]));
  const behind: { camera: string; frame: number }[] = [];
  const arrive = (camera: string, frame: number): ArrivedResult<typeof payload> => {
    const partition = framePartition(camera, frame, partitions);
    const offset = offsets[partition] ?? 0n;
    offsets[partition] = offset + 1n;
    const output = outputs.get(camera) ?? 0n;
    outputs.set(camera, output + 1n);
    return {
      camera,
      session,
      frame,
      input: { partition, offset },
      output: { partition: cameras.indexOf(camera), offset: output },
      sizeBytes: 300,
      payload: { ...payload },
    };
  };
  for (let frame = 0; frame < framesPerCamera; frame++) {
    for (const camera of cameras) {
      if (framePartition(camera, frame, partitions) === 0) behind.push({ camera, frame });
      else yield arrive(camera, frame);
    }
    while (behind[0] && behind[0].frame <= frame - lag) {
      const next = behind.shift();
      if (next) yield arrive(next.camera, next.frame);
    }
  }
  for (const { camera, frame } of behind) yield arrive(camera, frame);
}

/** Taken apart from the making of the arrivals, which costs about as much. */
function measure(lag: number): Outcome {
  const order = new FrameOrder<typeof payload>({ delivery: 'exactly-once' });
  for (const camera of cameras) beginSession(order, camera);
  const count = framesPerCamera * cameras.length;
  let [tookNs, released, mostHeld, mostHeldHeap] = [0n, 0, 0, 0];
  const heapBefore = heapUsed();
  for (const group of inGroups(arrivals(lag), 10_000)) {
    const startedNs = process.hrtime.bigint();
    for (const result of group) for (const item of order.add(result)) if (item.type === 'result') released++;
    tookNs += process.hrtime.bigint() - startedNs;
    if (order.heldFrames <= mostHeld) continue;
    mostHeld = order.heldFrames;
    mostHeldHeap = Math.max(mostHeldHeap, heapUsed() - heapBefore);
  }
  if (released !== count) throw new Error(`${released} of ${count} results came out`);
  return { perSecond: count / (Number(tookNs) / 1e9), mostHeld, mostHeldHeapMiB: mostHeldHeap / 2 ** 20 };
}

/** A camera whose session is under way, as after a restart. */
function beginSession(order: FrameOrder<typeof payload>, camera: string): void {
  order.restore(camera, cameras.indexOf(camera), {
    current: { session, next: 0, gaps: [], isMappingUnknown: false },
    isEnded: false,
    waiting: [],
    closed: [],
    readThrough: '0',
    partitionCounts: [partitions],
  });
}

function* inGroups<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let group: T[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  yield group;
}

function heapUsed(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const figures = [0, 120, 12_000].flatMap((lag) => {
  const outcomes = Array.from({ length: runs }, () => measure(lag));
  const what = lag === 0 ? 'no partition behind' : `one partition ${lag} frames behind`;
  return [
    {
      what: `${what}: put in order`,
      unit: 'results/s',
      values: outcomes.map((each) => each.perSecond),
      wanted: '≥ 100,000',
    },
    { what: `${what}: most results held`, unit: '', values: outcomes.map((each) => each.mostHeld) },
    { what: `${what}: heap then`, unit: 'MiB', values: outcomes.map((each) => each.mostHeldHeapMiB) },
  ];
});
report('order', 'How many results per second are put back in order, and what do they hold?', figures, [
  `${framesPerCamera} frames of each of ${cameras.length} cameras over ${partitions} partitions; each partition in its order, as a group of detectors writes them.`,
  'Held is what is really in flight: all that arrived behind a frame that is still missing. A payload is one detection; pictures are not held.',
  'Heap is what is reachable after a collection, at the moment of most results held, with up to 10,000 results of the load among it.',
]);
