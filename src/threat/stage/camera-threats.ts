import type { ThreatKind } from '../../topics/event-names.ts';
import type { TrackEvent } from '../../topics/event-schema.ts';
import { type FrameHeader, frameId } from '../../topics/frame-record.ts';
import type { Detection } from '../../topics/result-record.ts';
import type { FightModel } from '../fight/fight-model.ts';
import { type FightScore, FightWatch } from '../fight/fight-watch.ts';
import type { GreyPicture } from '../motion/grey-picture.ts';
import type { MomentRule } from '../rules/rule.ts';
import { openRules } from '../rules/rules.ts';
import type { SeenMoment, SeenPerson } from '../window/moment.ts';
import { MomentMaker } from '../window/moment-maker.ts';

/** One result of the camera, in its turn. */
export interface ThreatSight {
  frame: FrameHeader;
  /** `<topic>/<partition>/<offset>` of the result. */
  resultRef: string;
  detections: readonly Detection[];
  /** Left out where results carry no pictures. */
  grey?: GreyPicture;
}

export interface CameraThreatsOptions {
  /** `<name>@<version>` */
  detector: string;
  /** What is looked for. */
  kinds: readonly ThreatKind[];
  model: FightModel;
}

/** An alarm must come within a second; what is found after so long is no alarm any more. */
const lateAfterMs = 5000;
/** What a rule of thumb shows; a fight shows the whole window that was judged. */
const evidenceFrames = 7;
/** A window is never longer. */
const windowMs = 2000;
/** So much of the score goes with a fight: how it came about. */
const curveMs = 6000;

/** A frame that can become evidence. */
interface SeenFrame {
  frame: number;
  ptsUs: number;
  resultRef: string;
}

type Suspicion = NonNullable<TrackEvent['suspicion']>;

interface Told extends Pick<Suspicion, 'why' | 'reasons' | 'threshold' | 'curve'> {
  kind: ThreatKind;
  score: number;
  people: readonly SeenPerson[];
  frames: readonly SeenFrame[];
}

/** What is suspected of one camera, from its results in order. Pure but for the memory of what was seen. */
export class CameraThreats {
  readonly #options: CameraThreatsOptions;
  readonly #rules: readonly MomentRule[];
  #maker = new MomentMaker();
  readonly #fights: FightWatch | undefined;
  /** The last results, oldest first. */
  #seen: SeenFrame[] = [];
  /** The last scores of windows, oldest first. */
  #curve: NonNullable<Suspicion['curve']> = [];

  constructor(options: CameraThreatsOptions) {
    this.#options = options;
    this.#rules = openRules(options.kinds);
    this.#fights = options.kinds.includes('fight') ? new FightWatch(options.model) : undefined;
  }

  /** Frames are missing, or another session begins: no window goes across. */
  gap(): void {
    this.#fights?.clear();
    this.#maker = new MomentMaker();
    this.#seen = [];
    this.#curve = [];
  }

  /** @param nowUs wall clock, microseconds since 1970: says whether it is late */
  see({ frame, resultRef, detections, grey }: ThreatSight, nowUs: number): TrackEvent[] {
    const { ptsUs } = frame;
    this.#seen = [...this.#seen.filter(isRecent(ptsUs)), { frame: frame.frame, ptsUs, resultRef }];
    const moment = this.#maker.make({ ...frame, detections, ...(grey ? { grey } : {}) });
    const fight = this.#fights?.wants(ptsUs) ? this.#fights.see(moment) : undefined;
    if (fight) this.#curve = [...this.#curve.filter(isWithin(curveMs, ptsUs)), { ptsUs, score: round(fight.chance) }];
    const told: Told[] = [
      ...(fight?.isAlarm ? [this.#toldOfFight(fight, moment)] : []),
      ...this.#rules
        .flatMap((rule) => rule.see(moment))
        .map(({ kind, score, why, tracks }) => {
          const people = moment.people.filter(({ track }) => tracks.includes(track));
          return { kind, score, why: [why], people, frames: this.#seen.slice(-evidenceFrames) };
        }),
    ];
    return told.map((each) => this.#event(each, frame, nowUs));
  }

  #toldOfFight({ chance, reasons, window }: FightScore, { people }: SeenMoment): Told {
    const judged = new Set(window.map(({ frame }) => frame));
    return {
      kind: 'fight',
      score: round(chance),
      why: reasons.filter(({ says }) => says > 0).map(({ feature, value }) => `${feature} ${value.toPrecision(3)}`),
      people,
      frames: this.#seen.filter(({ frame }) => judged.has(frame)),
      reasons: reasons.map(({ feature, value, says }) => ({ feature, value: round(value), says: round(says) })),
      threshold: this.#options.model.threshold,
      curve: this.#curve,
    };
  }

  #event({ kind, score, people, frames, ...about }: Told, header: FrameHeader, nowUs: number): TrackEvent {
    const { camera, session, frame, ptsUs, capturedAtUs, width, height } = header;
    const { detector } = this.#options;
    const nameOf = (track: string) => `${camera}/${session}/${track}`;
    const lateMs = Math.round((nowUs - capturedAtUs) / 1000);
    const [first] = people;
    const track = nameOf(first?.track ?? `${frame}.threat`);
    return {
      id: `${track}/threat-suspected/${frame}/${detector}/${kind}`,
      type: 'threat-suspected',
      camera,
      session,
      detector,
      track,
      number: 0,
      label: 'person',
      frame,
      ptsUs,
      atUs: capturedAtUs,
      box: around(people, { x: 0, y: 0, width, height }),
      score,
      evidence: frames.map((each) => frameId({ camera, session, frame: each.frame })),
      evidenceRefs: frames.map(({ resultRef }) => resultRef),
      durationMs: 0,
      threat: kind,
      suspicion: {
        isHeuristic: kind !== 'fight',
        ...about,
        people: people.map(({ track: each, box }) => ({ track: nameOf(each), box })),
        ...(lateMs > lateAfterMs ? { lateMs } : {}),
      },
    };
  }
}

function isWithin(milliseconds: number, nowPtsUs: number) {
  return ({ ptsUs }: { ptsUs: number }) => nowPtsUs - ptsUs <= milliseconds * 1000;
}

/** Enough for every kind of evidence. */
function isRecent(nowPtsUs: number) {
  const isInWindow = isWithin(windowMs, nowPtsUs);
  return (each: SeenFrame, index: number, all: readonly SeenFrame[]) =>
    isInWindow(each) || all.length - index < evidenceFrames;
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** The box around all of them; the whole picture where nobody is seen. */
function around(people: readonly SeenPerson[], picture: SeenPerson['box']): SeenPerson['box'] {
  if (people.length === 0) return picture;
  const left = Math.min(...people.map(({ box }) => box.x));
  const top = Math.min(...people.map(({ box }) => box.y));
  const right = Math.max(...people.map(({ box }) => box.x + box.width));
  const bottom = Math.max(...people.map(({ box }) => box.y + box.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
