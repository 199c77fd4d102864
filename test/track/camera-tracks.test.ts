import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FrameHeader } from '../../src/topics/frame-record.ts';
import { emptyScene } from '../../src/topics/scene.ts';
import { CameraTracks, type CameraTracksState } from '../../src/track/camera-tracks.ts';
import { defaultTrackerSettings } from '../../src/track/tracker.ts';

const options = { camera: 'yard', detector: 'people@1', scene: emptyScene, settings: defaultTrackerSettings };
const person = { label: 'person', score: 0.9, box: { x: 10, y: 10, width: 20, height: 40 } };

function header(session: string, frame: number): FrameHeader {
  const times = { capturedAtUs: frame * 100_000, ptsUs: frame * 100_000 };
  return { camera: 'yard', session, frame, ...times, width: 64, height: 64 };
}

/** Somebody is there for five frames, then a new session begins. */
function untilNewSession(): CameraTracks {
  const tracks = new CameraTracks(options);
  tracks.beginSession('a');
  for (let frame = 0; frame < 5; frame++) {
    tracks.see({ frame: header('a', frame), detections: [person] });
    tracks.framesTracks(header('a', frame));
  }
  tracks.endSession();
  return tracks;
}

test('that nobody is there any more is said once, also by a stage that was started again in between', () => {
  const undisturbed = untilNewSession();
  const restarted = new CameraTracks(options, JSON.parse(JSON.stringify(undisturbed.state())) as CameraTracksState);
  for (const tracks of [undisturbed, restarted]) {
    tracks.beginSession('b');
    assert.deepEqual(tracks.framesTracks(header('b', 0))?.tracks, []);
    assert.equal(tracks.framesTracks(header('b', 1)), undefined);
  }
});

test('while nothing moves nobody is told of, whoever stood there stays, and time in a zone goes on', () => {
  const zones = [{ name: 'door', corners: [[0, 0] as const, [1, 0] as const, [1, 1] as const, [0, 1] as const] }];
  const tracks = new CameraTracks({ ...options, scene: { ...emptyScene, zones } });
  tracks.beginSession('a');
  const types: string[] = [];
  for (let frame = 0; frame < 250; frame++) {
    const isLooked = frame < 10 || frame === 110 || frame >= 210;
    const detections = isLooked && frame < 213 ? [person] : [];
    const seen = { frame: header('a', frame), detections, ...(isLooked ? {} : { gated: true as const }) };
    for (const event of tracks.see(seen)) {
      types.push(event.type);
      if (event.type === 'zone-left') assert.equal(event.dwellMs, 21_000);
    }
    if (!isLooked) assert.equal(tracks.framesTracks(header('a', frame))?.tracks[0]?.isSeen, true);
  }
  assert.deepEqual(types, ['track-began', 'zone-entered', 'track-lost', 'zone-left', 'track-ended']);
});
