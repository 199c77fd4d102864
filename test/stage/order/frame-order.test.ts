import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameOrder } from '../../../src/stage/order/frame-order.ts';
import type { GroupProgress, Ordered, OrderOptions } from '../../../src/stage/order/order-types.ts';
import { framePartition } from '../../../src/topics/partitioning.ts';

const camera = 'yard';

/** A log of one camera: frames get offsets in their order, results arrive as the test says. */
class Feed {
  readonly order: FrameOrder<number>;
  readonly #ends: bigint[];
  readonly #inputs = new Map<string, { partition: number; offset: bigint }>();
  #outputs = 0n;

  constructor(partitions: number, options: Partial<OrderOptions> = {}) {
    this.order = new FrameOrder({ delivery: 'exactly-once', ...options });
    this.#ends = Array.from({ length: partitions }, () => 0n);
  }

  publish(session: string, ...frames: number[]): void {
    for (const frame of frames) {
      const partition = framePartition(camera, frame, this.#ends.length);
      const offset = this.#ends[partition] ?? 0n;
      this.#ends[partition] = offset + 1n;
      this.#inputs.set(`${session}/${frame}`, { partition, offset });
    }
  }

  arrive(session: string, ...frames: number[]): string[] {
    return frames.flatMap((frame) => {
      const input = this.#inputs.get(`${session}/${frame}`) ?? { partition: 0, offset: 0n };
      const output = { partition: 0, offset: this.#outputs++ };
      return this.order.add({ camera, session, frame, input, output, sizeBytes: 1000, payload: frame }).map(inWords);
    });
  }

  skip(session: string, ...frames: number[]): string[] {
    return this.order.skip({ camera, session, frames }).map(inWords);
  }

  grow(count: number): void {
    while (this.#ends.length < count) this.#ends.push(0n);
  }

  /** Everything that is in the log was processed, but for what lies at these offsets and beyond. */
  progress(behind: Record<number, bigint> = {}): string[] {
    const processed = this.#ends.map((end, partition) => behind[partition] ?? end);
    const progress: GroupProgress = { ticket: this.order.ticket, ends: [...this.#ends], processed };
    return this.order.advance(progress).map(inWords);
  }

  partitionOf(session: string, frame: number): { partition: number; offset: bigint } {
    return this.#inputs.get(`${session}/${frame}`) ?? { partition: 0, offset: 0n };
  }
}

function inWords(item: Ordered<number>): string {
  if (item.type === 'result') return `${item.frame}`;
  if (item.type === 'gap') return `gap ${item.from}-${item.to} ${item.reason}`;
  return item.type === 'late' ? `late ${item.frame}` : `${item.type.replace('session-', '')} ${item.session}`;
}

test('a camera begins once nothing of an earlier session can come, and goes on in the order of frames', () => {
  const feed = new Feed(3);
  feed.publish('s1', 0, 1, 2, 3, 4);
  assert.deepEqual(feed.arrive('s1', 1, 0), []);
  assert.deepEqual(feed.progress(), ['began s1', '0', '1']);
  assert.deepEqual(feed.arrive('s1', 3, 4), []);
  assert.deepEqual(feed.arrive('s1', 2), ['2', '3', '4']);
});

test('a frame is passed over only once its own partition was processed beyond it', () => {
  const feed = new Feed(3, { delivery: 'at-least-once' });
  feed.publish('s1', 0, 1, 2, 3, 4, 5, 6, 7);
  feed.arrive('s1', 0);
  assert.deepEqual(feed.progress(), ['began s1', '0']);
  assert.deepEqual(feed.arrive('s1', 2, 3, 5, 6, 4), []);
  // Frame 4 is of the partition of frame 1, and was read; the group has not committed it.
  const { partition, offset } = feed.partitionOf('s1', 4);
  assert.deepEqual(feed.progress({ [partition]: offset }), []);
  assert.deepEqual(feed.progress({ [partition]: offset + 1n }), ['gap 1-1 never-came', '2', '3', '4', '5', '6']);
});

test('a result that comes after its frame was passed over is named, one that comes twice is counted', () => {
  const feed = new Feed(2);
  feed.publish('s1', 0, 1, 2, 3, 4);
  feed.arrive('s1', 0, 2, 3, 4);
  assert.deepEqual(feed.progress(), ['began s1', '0', 'gap 1-1 never-came', '2', '3', '4']);
  assert.deepEqual(feed.arrive('s1', 1, 3), ['late 1']);
  const { late, doubled, missing } = feed.order.counts;
  assert.deepEqual({ late, doubled, missing }, { late: 1, doubled: 1, missing: 1 });
});

test('a session ends when capture says so and every frame is out; missing ones at its end are named', () => {
  const feed = new Feed(2);
  feed.publish('s1', 0, 1, 2, 3);
  feed.arrive('s1', 0, 1);
  feed.progress();
  assert.deepEqual(feed.order.learn({ camera, session: 's1', published: 4, isOver: true }), []);
  assert.deepEqual(feed.arrive('s1', 2), ['2']);
  assert.deepEqual(feed.progress().slice(0, 1), ['gap 3-3 never-came']);
});

test('a session that was given up with requests unanswered ends after all that is in the log, and not before', () => {
  const feed = new Feed(3);
  feed.publish('s1', 0, 1, 2, 3, 4);
  feed.arrive('s1', 0, 1, 2);
  feed.progress();
  const givenUp = { camera, session: 's1', published: 3, isOver: true, mayHoldMore: true };
  assert.deepEqual(feed.order.learn(givenUp), []);
  assert.deepEqual(feed.arrive('s1', 3), ['3']);
  assert.deepEqual(feed.arrive('s1', 4), ['4']);
  assert.deepEqual(feed.progress(), ['ended s1']);
  assert.equal(feed.order.wantsProgress, false);
  assert.deepEqual(feed.order.learn(givenUp), []);
  assert.equal(feed.order.wantsProgress, false);
});

test('the next session waits until the last frames of the one before it are there', () => {
  const feed = new Feed(2);
  feed.publish('s1', 0, 1, 2);
  feed.publish('s2', 0, 1);
  feed.arrive('s1', 0, 1);
  feed.progress({ [feed.partitionOf('s1', 2).partition]: feed.partitionOf('s1', 2).offset });
  assert.deepEqual(feed.arrive('s2', 1), []);
  assert.deepEqual(feed.progress({ [feed.partitionOf('s1', 2).partition]: feed.partitionOf('s1', 2).offset }), []);
  assert.deepEqual(feed.arrive('s1', 2), ['2']);
  assert.deepEqual(feed.arrive('s2', 0), []);
  assert.deepEqual(feed.progress(), ['ended s1', 'began s2', '0', '1']);
});

test('a frame may lie in the old or the new partition when the topic grew in mid-session', () => {
  const feed = new Feed(2);
  feed.publish('s1', 0);
  feed.arrive('s1', 0);
  assert.deepEqual(feed.progress(), ['began s1', '0']);
  feed.publish('s1', 1, 2, 3);
  feed.grow(5);
  feed.publish('s1', 4, 5, 6, 7, 8, 9, 10);
  // Frame 4 lies where the grown topic puts it; by the old count it would lie with frame 2.
  assert.deepEqual(feed.arrive('s1', 1, 2, 3, 6, 8), ['1', '2', '3']);
  const { partition, offset } = feed.partitionOf('s1', 4);
  assert.deepEqual(feed.progress({ [partition]: offset }), []);
  assert.deepEqual(feed.arrive('s1', 5, 4), ['4', '5', '6']);
});

test('at its bound it gives the first hole up and says so; what then comes is named too', () => {
  const feed = new Feed(2, { bounds: { maxFrames: 3, maxBytes: 1_000_000 } });
  feed.publish('s1', 0, 1, 2, 3, 4, 5);
  feed.arrive('s1', 0);
  feed.progress();
  assert.deepEqual(feed.arrive('s1', 2, 3, 4), []);
  assert.deepEqual(feed.arrive('s1', 5), ['gap 1-1 held-too-much', '2', '3', '4', '5']);
  assert.deepEqual(feed.arrive('s1', 1), ['late 1']);
  assert.equal(feed.order.counts.givenUp, 1);
});

test('bytes bound it as frames do', () => {
  const feed = new Feed(2, { bounds: { maxFrames: 1000, maxBytes: 2500 } });
  feed.publish('s1', 0, 1, 2, 3, 4);
  feed.arrive('s1', 0);
  feed.progress();
  assert.deepEqual(feed.arrive('s1', 2, 3, 4), ['gap 1-1 held-too-much', '2', '3', '4']);
});

test('what an urgent group has discarded holds nothing up, and is named as skipped', () => {
  const feed = new Feed(3);
  feed.publish('s1', 0, 1, 2, 3, 4, 5, 6, 7);
  feed.arrive('s1', 0);
  assert.deepEqual(feed.progress(), ['began s1', '0']);
  assert.deepEqual(feed.arrive('s1', 3), []);
  assert.deepEqual(feed.skip('s1', 1), ['gap 1-1 skipped']);
  assert.deepEqual(feed.skip('s1', 2, 5), ['gap 2-2 skipped', '3']);
  assert.deepEqual(feed.arrive('s1', 4), ['4', 'gap 5-5 skipped']);
  assert.deepEqual(feed.arrive('s1', 7, 6), ['6', '7']);
  assert.equal(feed.order.counts.skipped, 3);
  assert.equal(feed.order.counts.missing, 0);
});

test('skipped frames and such that never come stand beside each other in a gap, each under its own name', () => {
  const feed = new Feed(2);
  feed.publish('s1', 0, 1, 2, 3, 4, 5, 6);
  feed.arrive('s1', 0);
  feed.progress();
  feed.arrive('s1', 5, 6);
  feed.skip('s1', 2, 3);
  assert.deepEqual(feed.progress(), ['gap 1-1 never-came', 'gap 2-3 skipped', 'gap 4-4 never-came', '5', '6']);
});

test('a session of which everything was skipped ends', () => {
  const feed = new Feed(2);
  feed.publish('s1', 0, 1, 2, 3);
  feed.arrive('s1', 0);
  feed.progress();
  assert.deepEqual(feed.skip('s1', 1, 2, 3), ['gap 1-3 skipped']);
  const over = { camera, session: 's1', published: 4, isOver: true };
  assert.deepEqual(feed.order.learn(over).map(inWords), ['ended s1']);
});

test('what was skipped is still known when a partition of results is read anew', () => {
  const feed = new Feed(2);
  feed.publish('s1', 0, 1, 2, 3);
  feed.arrive('s1', 0);
  feed.progress();
  const state = feed.order.stateOf(camera);
  assert.ok(state);
  assert.deepEqual(feed.skip('s1', 1), ['gap 1-1 skipped']);
  feed.order.forget(0);
  feed.order.restore(camera, 0, state);
  assert.deepEqual(feed.arrive('s1', 2), ['gap 1-1 skipped', '2']);
});
