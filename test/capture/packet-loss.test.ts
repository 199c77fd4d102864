import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PacketLoss } from '../../src/capture/packet-loss.ts';

function lossCounter() {
  const counted: number[] = [];
  let nowMs = 0;
  const loss = new PacketLoss(
    () => nowMs,
    (frames) => counted.push(frames),
  );
  let ptsUs = 0;
  return {
    loss,
    counted,
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** A packet so many frames of 40 ms after the one before. */
    packet: (frames = 1) => {
      ptsUs += frames * 40_000;
      loss.sawPacket(ptsUs);
    },
  };
}

test('a gap in stream time counts when packets are missing, whichever is known first', () => {
  for (const order of ['told first', 'gap first']) {
    const { loss, counted, packet } = lossCounter();
    for (let n = 0; n < 9; n++) packet();
    if (order === 'told first') loss.wasTold();
    packet(4);
    if (order === 'gap first') loss.wasTold();
    for (let n = 0; n < 9; n++) packet();
    assert.deepEqual(counted, [3], order);
  }
});

test('a camera that makes a pause has lost nothing, and neither has one that packets of another frame were missing of', () => {
  const { loss, counted, packet, pass } = lossCounter();
  for (let n = 0; n < 9; n++) packet();
  packet(7);
  pass(6000);
  loss.wasTold();
  pass(6000);
  packet(3);
  assert.deepEqual(counted, []);
});

test('without an idea of the frame rate nothing is counted', () => {
  const { loss, counted, packet } = lossCounter();
  packet();
  loss.wasTold();
  packet(9);
  assert.deepEqual(counted, []);
});
