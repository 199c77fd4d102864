import type { VigilError } from '../../base/errors.ts';
import type { GroupWatch } from '../../stage/lag/group-watch.ts';
import type { WorkDone } from '../../stage/scaling/busy-meter.ts';
import type { PartEvent, SupervisedPart, SupervisionPolicy } from '../../stage/supervised-part.ts';
import { defaultPolicy, Supervisor } from '../../stage/supervisor.ts';
import type { LedgerSnapshot } from '../../topics/camera-account.ts';
import type { CameraConfig, DetectorConfig, JourneyConfig, ListenAddress } from '../config/journey-config.ts';
import { forkPart } from '../parts/fork-part.ts';
import type { OrderToPart, PartInfo } from '../parts/part-channel.ts';
import type { PartOptions } from '../parts/part-options.ts';
import { DetectorCrew } from './detector-crew.ts';
import { watchLog } from './log-watch.ts';
import {
  alarmPart,
  bootstrap,
  brokerPart,
  capturePart,
  detectPart,
  servePart,
  threatPart,
  topicPlan,
  trackPart,
  workerName,
} from './part-plan.ts';

export interface JourneyPlan {
  config: JourneyConfig;
  /** Which parts run here. */
  parts: {
    broker: boolean;
    cameras: boolean;
    detectors: readonly DetectorConfig[];
    track: boolean;
    alarm: boolean;
    threat: boolean;
    serve: boolean;
  };
  /** The brokers of other machines; not used when the broker runs here. */
  brokers: string[];
  /** The cameras with their sources, once these are known. */
  cameras: Promise<readonly CameraConfig[]>;
  pace: 'live' | 'fast';
  /** Ends when every file source is through: a part that keeps dying is given up. */
  once: boolean;
  /** Shown on the page. */
  notices: string[];
}

export interface JourneyListener {
  onEvent(event: PartEvent): void;
  onSnapshot(snapshot: LedgerSnapshot): void;
  /** What the journey does by itself, for people. */
  onNote?(line: string): void;
  /** A line that belongs on the standard output. */
  onPrint?(line: string): void;
  /** A line that a part wrote to its diagnostics; left out, these go to standard error directly. */
  onLine?(line: string): void;
}

const brokerName = 'broker';
const captureName = 'capture ';

/** Whether the part of this name is a camera's. */
export function isCapture(part: string): boolean {
  return part.startsWith(captureName);
}

/** The camera of a capture part. */
export function cameraOf(part: string): string {
  return part.slice(captureName.length);
}

/** Time for a worker that is not needed any more to finish what it has in hand. */
const retireWithinMs = 15_000;
/** Ctrl-C has to be through within three seconds. */
const stopWithinMs = 2700;
const brokerAnswersWithinMs = 15_000;
const deathsInARowOfOnce = 5;
/**
 * V8 lets the space for young objects grow to 64 MB on a large machine, slowly and for good. The parts that
 * follow the log look at each record once: with a quarter of it they are as quick. The broker is left what it can use.
 */
const smallYoungSpace = ['--max-semi-space-size=8'];
const partModule = new URL('../parts/part-main.ts', import.meta.url);

/**
 * The parts of the journey that run on this machine, each in a process of its own, started and ended in order: the broker
 * first, then its topics, then the readers, then the cameras; the end goes the other way.
 */
export class Journey {
  readonly #plan: JourneyPlan;
  readonly #listener: JourneyListener;
  readonly #supervisor: Supervisor;
  readonly #startedAtMs = Date.now();
  readonly #failed = Promise.withResolvers<never>();
  readonly #captures: SupervisedPart[] = [];
  readonly #order: Record<'captures' | 'detectors' | 'track' | 'threat' | 'alarm' | 'serve' | 'broker', string[]> = {
    captures: [],
    detectors: [],
    track: [],
    threat: [],
    alarm: [],
    serve: [],
    broker: [],
  };
  #brokers: string[];
  #brokerListen: ListenAddress;
  #brokerMetrics: ListenAddress | undefined;
  #httpListen: ListenAddress;
  #url: string | undefined;
  #hasFrames = false;
  #cameras: readonly CameraConfig[] = [];
  readonly #models = new Map<string, string>();
  readonly #crews: { detector: DetectorConfig; crew: DetectorCrew }[] = [];
  #watch: GroupWatch | undefined;
  #isHeld = false;
  /** What sends orders to the cameras that run, by part. */
  readonly #orders = new Map<string, (order: OrderToPart) => void>();

  constructor(plan: JourneyPlan, listener: JourneyListener) {
    this.#plan = plan;
    this.#listener = listener;
    this.#brokers = plan.brokers;
    this.#brokerListen = plan.config.brokerListen;
    this.#brokerMetrics = plan.config.brokerMetrics;
    this.#httpListen = plan.config.httpListen;
    this.#supervisor = new Supervisor({
      policy: plan.once ? policyOfOnce : defaultPolicy,
      onEvent: (event) => this.#onEvent(event),
    });
    // Both may come to nothing while something else is waited for.
    this.#failed.promise.catch(() => {});
    plan.cameras.catch(() => {});
  }

  /** Rejects when a part that all others need is given up. */
  get failed(): Promise<never> {
    return this.#failed.promise;
  }

  get brokers(): readonly string[] {
    return this.#brokers;
  }

  get plan(): JourneyPlan {
    return this.#plan;
  }

  /** The cameras that were started, with their sources. */
  get cameras(): readonly CameraConfig[] {
    return this.#cameras;
  }

  /** The model that a detector really looks with. */
  modelOf(detector: string): string | undefined {
    return this.#models.get(`detect ${detector}`);
  }

  /** Where the embedded broker answers GET /metrics, when it was asked to. */
  get brokerMetrics(): ListenAddress | undefined {
    return this.#plan.parts.broker ? this.#brokerMetrics : undefined;
  }

  /** Address of the page. */
  get url(): string | undefined {
    return this.#url;
  }

  /**
   * Resolves when every part is ready.
   *
   * @throws the fault of the part that cannot start; BROKER_UNREACHABLE
   */
  async start(): Promise<void> {
    const { parts } = this.#plan;
    if (parts.broker) await this.#startBroker();
    await this.#prepareTopics();
    const readers = parts.detectors.flatMap((detector) => this.#startDetector(detector));
    if (parts.track) readers.push(this.#startTrack());
    if (parts.alarm) readers.push(this.#startAlarm());
    if (parts.threat) readers.push(this.#startThreat());
    if (parts.serve) readers.push(this.#startServe());
    await Promise.all(readers.map((part) => part.whenReady));
    this.#watch = await watchLog({
      brokers: this.#brokers,
      config: this.#plan.config,
      crews: this.#crews,
      hasCameras: parts.cameras,
      onHold: (isHeld) => this.#hold(isHeld),
    });
    if (!parts.cameras) return;
    this.#cameras = await this.#plan.cameras;
    await Promise.allSettled(this.#cameras.map((camera) => this.#startCapture(camera).whenReady));
  }

  /** Resolves when every part has ended by itself. */
  whenOver(): Promise<void> {
    return this.#supervisor.whenOver();
  }

  /** Ends all parts in order. */
  stop(): Promise<void> {
    const { captures, detectors, track, threat, alarm, serve, broker } = this.#order;
    // Not waited for: a broker that does not answer must not hold up the end.
    void this.#watch?.close();
    // What waits for nobody ends together: on a busy machine each ending takes its time.
    const order = [[...captures, ...detectors], [...track, ...threat], [...alarm, ...serve], broker];
    return this.#supervisor.stop(order, stopWithinMs);
  }

  /** Ends all parts at once. */
  kill(): void {
    this.#supervisor.kill();
  }

  async #startBroker(): Promise<void> {
    const part = this.#start(brokerName, this.#order.broker, () => ({
      ...brokerPart(this.#plan.config),
      listen: this.#brokerListen,
      ...(this.#brokerMetrics ? { metrics: this.#brokerMetrics } : {}),
    }));
    await part.whenReady;
  }

  async #prepareTopics(): Promise<void> {
    const { ensureTopics, waitForBroker } = await import('../../stage/kafka-admin.ts');
    const asked = { brokers: this.#brokers, clientId: 'vigil' };
    await waitForBroker({ ...asked, timeoutMs: brokerAnswersWithinMs });
    await ensureTopics({ ...asked, topics: topicPlan(this.#plan.config) });
  }

  #startDetector(detector: DetectorConfig): SupervisedPart[] {
    const { config, pace, once, parts } = this.#plan;
    const { detectors } = this.#order;
    const crew: DetectorCrew = new DetectorCrew({
      detector,
      startsWithMost: once && pace === 'fast',
      start: (seat) => {
        const onWork = (work: WorkDone) => crew.worked(work);
        const place = { ownsBroker: parts.broker, worker: seat };
        const options = detectPart(config, detector, this.#brokers, place);
        let starts = 0;
        const atStart = () => ({ ...options, detector: { ...options.detector, afterCrash: starts++ > 0 } });
        return this.#start(workerName(detector.name, seat), detectors, atStart, onWork);
      },
      retire: (worker) => this.#supervisor.retire(worker, retireWithinMs),
      onChange: (line) => this.#listener.onNote?.(line),
    });
    this.#crews.push({ detector, crew });
    return crew.workers;
  }

  #startTrack(): SupervisedPart {
    const { config, parts } = this.#plan;
    const options = trackPart(config, this.#brokers, { ownsBroker: parts.broker });
    return this.#start('track', this.#order.track, () => options);
  }

  #startAlarm(): SupervisedPart {
    const { config, parts } = this.#plan;
    const options = alarmPart(config, this.#brokers, { ownsBroker: parts.broker });
    return this.#start('alarm', this.#order.alarm, () => options);
  }

  #startThreat(): SupervisedPart {
    const { config, parts } = this.#plan;
    const options = threatPart(config, this.#brokers, { ownsBroker: parts.broker });
    return this.#start('threat', this.#order.threat, () => options);
  }

  #startServe(): SupervisedPart {
    const { config, notices } = this.#plan;
    // The page accounts for this run as a whole, also when its server is started again in the middle of it.
    const options = servePart(config, { brokers: this.#brokers, notices, sinceMs: this.#startedAtMs });
    return this.#start('serve', this.#order.serve, () => ({ ...options, http: this.#httpListen }));
  }

  #startCapture(camera: CameraConfig): SupervisedPart {
    const { pace, once, parts } = this.#plan;
    // What the page counts begins with this run; a capture by itself goes on with any film that was broken off.
    const since = parts.serve ? { resumeSinceMs: this.#startedAtMs } : {};
    const options = capturePart(camera, { brokers: this.#brokers, pace, once, ...since });
    const part = this.#start(`${captureName}${camera.id}`, this.#order.captures, () => ({
      ...options,
      isHeld: this.#isHeld,
    }));
    this.#captures.push(part);
    return part;
  }

  #start(name: string, group: string[], options: () => PartOptions, onWork?: (work: WorkDone) => void): SupervisedPart {
    group.push(name);
    const { onLine } = this.#listener;
    return this.#supervisor.start(
      forkPart({
        name,
        module: partModule,
        nodeOptions: name === brokerName ? [] : smallYoungSpace,
        options,
        onStart: (order) => this.#orders.set(name, order),
        onWord: (word) => {
          if (word.type === 'ready') this.#learn(name, word.info);
          if (word.type === 'snapshot') this.#onSnapshot(word.snapshot);
          if (word.type === 'print') this.#listener.onPrint?.(word.line);
          if (word.type === 'work') onWork?.(word.work);
        },
        ...(onLine ? { onLine: (line: string) => onLine(line) } : {}),
      }),
    );
  }

  #hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    for (const [name, order] of this.#orders) if (isCapture(name)) order({ type: 'hold', isHeld });
    const line = isHeld
      ? 'cameras hold: what no detector has looked at yet has reached the limit of topics.retention'
      : 'cameras go on: there is room again';
    this.#listener.onNote?.(line);
  }

  #onSnapshot(snapshot: LedgerSnapshot): void {
    this.#hasFrames ||= snapshot.cameras.some((camera) => camera.captured > 0);
    this.#listener.onSnapshot(snapshot);
  }

  /** Ports that the system chose stay what they are when the part is started again. */
  #learn(name: string, { address, metrics, url, model }: PartInfo): void {
    if (model) this.#models.set(name, model);
    if (address) {
      this.#brokerListen = { ...this.#brokerListen, port: address.port };
      this.#brokers = [bootstrap(this.#brokerListen)];
    }
    if (metrics) this.#brokerMetrics = metrics;
    if (url) {
      this.#url = url;
      this.#httpListen = { ...this.#httpListen, port: Number(new URL(url).port || 80) };
    }
  }

  #onEvent(event: PartEvent): void {
    this.#listener.onEvent(event);
    if (event.type !== 'gave-up') return;
    if (!isCapture(event.part)) this.#failed.reject(event.error);
    else if (!this.#plan.once) this.#failWhenNoCameraRuns(event.error);
  }

  /** One camera that cannot go on leaves the others alone; when none can and there is nothing to show, that is the end. */
  #failWhenNoCameraRuns(error: VigilError): void {
    if (this.#hasFrames) return;
    if (this.#captures.every((part) => part.state === 'failed')) this.#failed.reject(error);
  }
}

const policyOfOnce: SupervisionPolicy = {
  ...defaultPolicy,
  giveUpAfter: { neverReady: deathsInARowOfOnce, onceReady: deathsInARowOfOnce },
};
