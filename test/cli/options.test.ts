import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { isFault } from '../../src/base/errors.ts';
import type { JourneyConfig } from '../../src/cli/config/journey-config.ts';
import { resolveConfig } from '../../src/cli/config/resolve.ts';
import { withDemo } from '../../src/cli/journey/demo.ts';
import { capturePart, detectorsInUse, detectPart, servePart } from '../../src/cli/journey/part-plan.ts';
import { parseCameras } from '../../src/cli/options/camera-option.ts';
import { applyOptions, brokersOf } from '../../src/cli/options/load-journey.ts';

const defaultConfig = resolveConfig({}, '/site');

function configOf(written: Parameters<typeof resolveConfig>[0]): JourneyConfig {
  return resolveConfig(written, '/site', 'vigil.yml');
}

test('--camera takes its id from the file, the host or the device, and makes ids unique', () => {
  const ids = parseCameras([
    './films/Front door (1).mp4',
    'rtsp://user:p@ss@camera.local:554/stream',
    'rtsp://10.0.0.7/1',
    'rtsp://10.0.0.7/2',
    'http://[::1]:8080/mjpeg',
    '/dev/video0',
    'testsrc',
    'testsrc:5',
    'testsrc.mp4',
  ]).map((camera) => camera.id);
  assert.deepEqual(ids, [
    'Front-door-1',
    'camera.local',
    '10.0.0.7',
    '10.0.0.7-2',
    '1',
    'video0',
    'testsrc',
    'testsrc-2',
    'testsrc-3',
  ]);
});

test('--camera id=source names a camera; an address with = in its query is not taken apart', () => {
  assert.deepEqual(parseCameras(['gate=gate.mp4', 'rtsp://h/live?channel=1', 'yard=rtsp://h/?a=b', 'testsrc']), [
    { id: 'gate', source: resolve('gate.mp4') },
    { id: 'h', source: 'rtsp://h/live?channel=1' },
    { id: 'yard', source: 'rtsp://h/?a=b' },
    { id: 'testsrc', source: 'testsrc' },
  ]);
});

test('an id that is taken by name is not given to another camera', () => {
  const ids = parseCameras(['gate.mp4', 'gate=other.mp4']).map((camera) => camera.id);
  assert.deepEqual(ids, ['gate-2', 'gate']);
});

test('--camera refuses an empty source, an id twice and an id that cannot be one', () => {
  for (const values of [[''], ['gate='], ['a=x.mp4', 'a=y.mp4'], ['front door=x.mp4']]) {
    assert.throws(
      () => parseCameras(values),
      (error) => isFault(error, 'USAGE'),
      values.join(' '),
    );
  }
});

test('the command line wins over the file, and its cameras take the place of those in the file', () => {
  const written = configOf({
    data: 'kept',
    broker: { metrics: '127.0.0.1:9308' },
    capture: { fps: 5, quality: 60 },
    cameras: { yard: { source: 'yard.mp4', width: 640 } },
  });
  const config = applyOptions(written, {
    camera: ['gate=testsrc'],
    fps: 2,
    http: { host: '::1', port: 1 },
    data: '/d',
  });
  assert.deepEqual(config.cameras, [
    {
      id: 'gate',
      source: 'testsrc',
      fps: 2,
      width: 1280,
      quality: 60,
      transport: 'tcp',
      loop: false,
      detectors: ['people'],
    },
  ]);
  assert.deepEqual(config.httpListen, { host: '::1', port: 1 });
  assert.equal(config.dataDir, '/d');
  assert.equal(applyOptions(written, {}).dataDir, '/site/kept');
  assert.equal(applyOptions(written, {}).brokerMetrics?.port, 9308);
  assert.equal(applyOptions(written, { metrics: { host: '::1', port: 2 } }).brokerMetrics?.port, 2);
  assert.equal(applyOptions(written, { fps: 3 }).cameras[0]?.fps, 3);
});

test('--model and --workers go to the one detector there is, and are refused where there are several', () => {
  const [detector] = applyOptions(defaultConfig, { model: 'fastestdet', workers: 3 }).detectors;
  assert.deepEqual([detector?.model, detector?.workers], ['fastestdet', 3]);
  const two = configOf({ detectors: { a: {}, b: {} } });
  assert.throws(
    () => applyOptions(two, { model: 'fastestdet' }),
    (error) => isFault(error, 'USAGE') && /a, b/.test(error.message),
  );
});

test('parts on other machines find the embedded broker where the file says it listens', () => {
  assert.deepEqual(brokersOf(defaultConfig), ['127.0.0.1:9092']);
  assert.deepEqual(brokersOf(configOf({ brokers: ['k1:9092', 'k2:9092'] })), ['k1:9092', 'k2:9092']);
});

test('without a camera the demo takes its place', () => {
  const { cameras } = withDemo(defaultConfig);
  assert.deepEqual(
    cameras.map((camera) => [camera.id, camera.detectors]),
    [['demo', ['people']]],
  );
});

test('each detector is told its cameras, and the page which results to expect', () => {
  const config = configOf({
    cameras: {
      gate: { source: 'testsrc' },
      hall: { source: 'testsrc', detectors: ['people'] },
      dark: { source: 'testsrc', detectors: [] },
    },
    detectors: { people: { version: 3 }, cars: {}, idle: {} },
    topics: { embed: false },
  });
  const cars = detectPart(config, config.detectors[1] as (typeof config.detectors)[0], ['k:1']).detector;
  assert.deepEqual([cars.cameras, cars.embed], [['gate'], false]);
  const serve = servePart(config, { brokers: ['k:1'], notices: [] });
  assert.deepEqual(serve.expectedDetectors, { gate: ['people@3', 'cars@1', 'idle@1'], hall: ['people@3'], dark: [] });
});

test('a detector that no camera wants is not started; one that all want takes frames of other machines too', () => {
  const config = configOf({
    cameras: { gate: { source: 'testsrc', detectors: ['people'] } },
    detectors: { people: {}, idle: {} },
  });
  assert.deepEqual(
    detectorsInUse(config).map((detector) => detector.name),
    ['people'],
  );
  const [people] = detectorsInUse(config);
  assert.ok(people);
  assert.equal('cameras' in detectPart(config, people, ['k:1']).detector, false);
});

test('a detector that threats rest on looks also where nothing moves', () => {
  const written = {
    cameras: { yard: { source: 'testsrc', motionGate: {} } },
    detectors: { a: { steps: ['pose'] }, b: {} },
  };
  const looks = (config: JourneyConfig) =>
    config.detectors.map((detector) => detectPart(config, detector, ['k:1']).detector.looksAtStill ?? false);
  assert.deepEqual(looks(configOf(written as Parameters<typeof resolveConfig>[0])), [false, false]);
  assert.deepEqual(looks(configOf({ ...written, threats: ['fall'] } as Parameters<typeof resolveConfig>[0])), [
    true,
    false,
  ]);
});

test('a run that is to end plays no file twice', () => {
  const config = configOf({ cameras: { yard: { source: 'yard.mp4', loop: true } } });
  const [yard] = config.cameras;
  assert.ok(yard);
  assert.equal(capturePart(yard, { brokers: [], pace: 'fast', once: true }).camera.loop, false);
  assert.equal(capturePart(yard, { brokers: [], pace: 'live', once: false }).camera.loop, true);
});
