import { createLogger } from '../../base/logger.ts';
import type { RunningPart } from '../../stage/part.ts';
import { BusyMeter } from '../../stage/scaling/busy-meter.ts';
import { startBrokerProcess } from './broker-process.ts';
import type { HostedPart, PartReport } from './host-part.ts';
import type {
  AlarmPartOptions,
  BrokerPartOptions,
  CapturePartOptions,
  DetectPartOptions,
  PartOptions,
  ServePartOptions,
  ThreatPartOptions,
  TrackPartOptions,
} from './part-options.ts';

/** Starts the part that the options describe; each loads only what it needs itself. */
export async function startPart(options: unknown, report: PartReport): Promise<HostedPart> {
  const part = options as PartOptions;
  switch (part.kind) {
    case 'broker':
      return startBrokerPart(part);
    case 'capture':
      return startCapturePart(part);
    case 'detect':
      return startDetectPart(part, report);
    case 'track':
      return startTrackPart(part);
    case 'alarm':
      return startAlarmPart(part, report);
    case 'threat':
      return startThreatPart(part);
    case 'serve':
      return startServePart(part, report);
  }
}

async function startBrokerPart({ kind: _, listen, ...options }: BrokerPartOptions): Promise<HostedPart> {
  const broker = await startBrokerProcess({ ...options, listen: [listen], logger: createLogger('broker') });
  const { address, metricsAddress: metrics } = broker;
  const info = { address, ...(metrics ? { metrics } : {}) };
  return { done: new Promise(() => {}), close: () => broker.close(), info };
}

async function startCapturePart({ kind: _, camera, ...options }: CapturePartOptions): Promise<HostedPart> {
  const { startCapture } = await import('../../capture/start-capture.ts');
  const logger = createLogger(`capture ${camera.id}`);
  const capture = await startCapture({ ...options, cameras: [camera], logger });
  return { ...hosted(capture), hold: (isHeld) => capture.hold(isHeld) };
}

/** How often a detector says what it has done. */
const workReportMs = 1000;

async function startDetectPart({ brokers, detector }: DetectPartOptions, report: PartReport): Promise<HostedPart> {
  const { startDetect } = await import('../../detect/start-detect.ts');
  const { cacheDirectory } = await import('../../base/cache-directory.ts');
  const logger = createLogger(`detect ${detector.name}`);
  const meter = new BusyMeter(() => performance.now());
  const detect = await startDetect({ brokers, detector, cacheDir: cacheDirectory(), logger, meter });
  setInterval(() => report.work(meter.take()), workReportMs).unref();
  return hosted(detect, { model: detect.model });
}

async function startTrackPart({ brokers, track }: TrackPartOptions): Promise<HostedPart> {
  const { startTrack } = await import('../../track/start-track.ts');
  return hosted(await startTrack({ brokers, track, logger: createLogger('track') }));
}

/** Nothing of the one waits for the other: what a notifier does is not awaited by any rule. */
async function startAlarmPart(
  { rules, notifiers, ...common }: AlarmPartOptions,
  { print }: PartReport,
): Promise<HostedPart> {
  const logger = createLogger('alarm');
  const { startRules } = await import('../../rules/start-rules.ts');
  const { startNotify } = await import('../../notify/start-notify.ts');
  const parts: RunningPart[] = [];
  if (notifiers.length > 0) parts.push(await startNotify({ ...common, notifiers, logger, print }));
  if (rules.length > 0) parts.push(await startRules({ ...common, rules, logger }));
  const done = Promise.all(parts.map((part) => part.done)).then(() => undefined);
  return hosted({ done, close: async () => void (await Promise.all(parts.map((part) => part.close()))) });
}

async function startThreatPart({ brokers, threat }: ThreatPartOptions): Promise<HostedPart> {
  const { startThreat } = await import('../../threat/stage/start-threat.ts');
  const { loadFightModel } = await import('../score/load-fight-model.ts');
  const { openJpegDecoder } = await import('../../detect/picture/decode-jpeg.ts');
  const { shrinkToGrey } = await import('../../threat/motion/grey-picture.ts');
  const [model, decoder] = await Promise.all([loadFightModel(), openJpegDecoder()]);
  const shrink = async (jpeg: Uint8Array, size: { width: number; height: number }) =>
    shrinkToGrey(await decoder.decodeGrey(jpeg, size));
  return hosted(await startThreat({ brokers, threat, model, shrink, logger: createLogger('threat') }));
}

async function startServePart({ kind: _, ...options }: ServePartOptions, report: PartReport): Promise<HostedPart> {
  const { startServe } = await import('../../serve/start-serve.ts');
  const { enrollAside } = await import('../faces/enroll-aside.ts');
  const serve = await startServe({
    ...options,
    enroll: enrollAside(options.brokers),
    logger: createLogger('serve'),
    onSnapshot: (snapshot) => report.snapshot(snapshot),
  });
  return hosted(serve, { url: serve.url });
}

function hosted(part: RunningPart, info: HostedPart['info'] = {}): HostedPart {
  return { done: part.done, close: () => part.close(), info };
}
