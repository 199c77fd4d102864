import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../../src/base/clock.ts';
import { fault } from '../../src/base/errors.ts';
import { tellStorageTrouble } from '../../src/broker/storage-trouble.ts';

test('a disk that refuses records is told once in a while, with what to do', () => {
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  let nowMs = 0;
  const broker = { logger, clock: { ...systemClock, monotonicMs: () => nowMs } };
  const full = fault('DISK_FULL', 'raw_video_frames-3: no room to append');
  for (; nowMs < 15_000; nowMs += 100) tellStorageTrouble(broker, full);
  assert.equal(lines.length, 2);
  assert.match(lines[0] ?? '', /raw_video_frames-3: no room to append[\s\S]*Free space[\s\S]*DISK_FULL/);
});
