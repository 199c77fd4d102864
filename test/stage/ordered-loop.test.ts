import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { TakenProgress } from '../../src/stage/order/group-progress.ts';
import { OrderedLoop, type OrderedLoopOptions } from '../../src/stage/ordered-loop.ts';
import type { LeasedRecord } from '../../src/stage/record-consumer.ts';
import { emptyScene } from '../../src/topics/scene.ts';
import { TrackDesk } from '../../src/track/track-desk.ts';
import type { TrackState } from '../../src/track/track-state.ts';
import { defaultTrackerSettings } from '../../src/track/tracker.ts';
import { walkResults } from '../track/walk-results.ts';

const partitions = 3;
/** What a camera has stated, and how many of its frames a detector looked at before both ended. */
const [published, looked] = [9, 6];

/** Yields the records, then waits to be closed. */
function reader(records: readonly LeasedRecord[], onRead = () => {}) {
  const closing = Promise.withResolvers<void>();
  return {
    leases: [],
    identity: { groupId: 'track', memberId: 'm', generationId: 1, groupInstanceId: null },
    positions: () => [],
    async *[Symbol.asyncIterator]() {
      yield* records;
      onRead();
      await closing.promise;
    },
    close: async () => closing.resolve(),
  };
}

test('the end does not wait for frames that no detector looks at any more', async () => {
  const results = walkResults({ camera: 'yard', session: 's1', frames: published, partitions });
  const lease = { isHeld: true, partition: 0 } as LeasedRecord['lease'];
  const seen = results.slice(0, looked).map((record) => ({ ...record, lease }));
  const said: string[] = [];
  const isRead = Promise.withResolvers<void>();
  const standing: TakenProgress = { ticket: 0, ends: [3n, 3n, 3n], processed: [2n, 2n, 2n], until: [], stated: [] };
  const desk = new TrackDesk({
    follow: { yard: 'people@1' },
    delivery: () => 'exactly-once',
    scenes: { yard: emptyScene },
    settings: defaultTrackerSettings,
    onGap: () => {},
  });
  const fakes = {
    groupId: 'track',
    desk,
    consumer: reader(seen, isRead.resolve),
    statements: reader([]),
    states: { topic: 'states', of: async () => [], close: async () => {} },
    lingerMs: { urgent: 20, rest: 250 },
    progress: {
      endsOf: async () => [0n],
      take: async (_group: string, ticket: number) => {
        said.push('asked');
        return { ...standing, ticket };
      },
      close: async () => {},
    },
    producer: {
      place: async (records: unknown[]) => records,
      open: async () => {},
      publish: async () => {},
      commitOffsets: async () => {},
      commit: async () => {},
      close: async () => said.push('closed'),
    },
    logger: pino({ level: 'silent' }),
  };
  const loop = new OrderedLoop(fakes as unknown as OrderedLoopOptions<TrackState>);
  await isRead.promise;
  desk.learn({ camera: 'yard', session: 's1', published, isOver: true });
  said.length = 0;
  await loop.close();
  assert.ok([...desk.wantingProgress()].length > 0, 'frames are missing still');
  assert.ok(said.length >= 3 && said.length <= 4, said.join());
  assert.equal(said.at(-1), 'closed');
});
