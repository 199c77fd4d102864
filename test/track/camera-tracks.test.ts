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
