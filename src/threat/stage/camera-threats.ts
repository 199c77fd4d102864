import type { SuspicionSpeed, ThreatKind } from '../../topics/event-names.ts';
import type { TrackEvent } from '../../topics/event-schema.ts';
import { type FrameHeader, frameId } from '../../topics/frame-record.ts';
import type { Box, Detection } from '../../topics/result-record.ts';
import type { FightModel } from '../fight/fight-model.ts';
import { type FightScore, FightWatch, type FightWatchState } from '../fight/fight-watch.ts';
import type { GreyPicture } from '../motion/grey-picture.ts';
import type { MomentRule, RuleName } from '../rules/rule.ts';
import { openRules, type RuleStates } from '../rules/rules.ts';
import type { SeenMoment, SeenPerson } from '../window/moment.ts';
import { MomentMaker, type MomentMakerState } from '../window/moment-maker.ts';
import { defaultWindowSettings } from '../window/sliding-window.ts';

/** One result of the camera, in its turn. */
export interface ThreatSight {
  frame: FrameHeader;
  /** `<topic>/<partition>/<offset>` of the result. */
  resultRef: string;
  detections: readonly Detection[];
  /** Left out where results carry no pictures. */
  grey?: GreyPicture;
  /** Nothing moved, and so nobody looked. */
  gated?: true;
}

export interface CameraThreatsOptions {
  /** `<name>@<version>` */
  detector: string;
  /** What is looked for. */
  kinds: readonly ThreatKind[];
  model: FightModel;
  /** Which of the two ways through the results this is. */
  speed: SuspicionSpeed;
}

/** JSON, to go on with after a restart. */
export interface CameraThreatsState {
  session: string;
  /** The last frame that was judged. */
  last?: SeenMoment;
  seen: SeenFrame[];
  curve: ScoreCurve;
  maker: MomentMakerState;
  fights?: FightWatchState;
  rules: RuleStates;
}

/** An alarm should come within a second; what is found after so long says that it is late. */
const lateAfterMs = 2000;
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
type ScoreCurve = NonNullable<Suspicion['curve']>;

interface Told extends Pick<Suspicion, 'why' | 'reasons' | 'threshold' | 'curve'> {
  kind: ThreatKind;
  score: number;
  frames: readonly SeenFrame[];
  people: readonly SeenPerson[];
  things?: readonly { track: string; label: string; box: Box }[];
}

/** What is suspected of one camera, from its results in order. Pure but for the memory of what was seen. */
export class CameraThreats {
  readonly #options: CameraThreatsOptions;
  #session: string;
  #rules: ReadonlyMap<RuleName, MomentRule>;
  #maker: MomentMaker;
  #fights: FightWatch | undefined;
  #last: SeenMoment | undefined;
  /** The last results, oldest first. */
  #seen: SeenFrame[];
  /** The last scores of windows, oldest first. */
  #curve: ScoreCurve;

  constructor(options: CameraThreatsOptions, state?: CameraThreatsState) {
    const { kinds, model } = options;
    this.#options = options;
    this.#session = state?.session ?? '';
    this.#rules = openRules(kinds, state?.rules);
    this.#maker = new MomentMaker(state?.maker);
    this.#fights = kinds.includes('fight') ? new FightWatch(model, undefined, state?.fights) : undefined;
    this.#last = state?.last;
    this.#seen = [...(state?.seen ?? [])];
    this.#curve = [...(state?.curve ?? [])];
  }

  state(): CameraThreatsState {
    return {
      session: this.#session,
      ...(this.#last ? { last: this.#last } : {}),
      seen: this.#seen,
      curve: this.#curve,
      maker: this.#maker.state(),
      ...(this.#fights ? { fights: this.#fights.state() } : {}),
      rules: Object.fromEntries([...this.#rules].map(([name, rule]) => [name, rule.state()])),
    };
  }

  /** Nobody of the session before is known any more. */
  beginSession(session: string): void {
    if (session === this.#session) return;
    const { kinds, model } = this.#options;
    this.#session = session;
    this.#rules = openRules(kinds);
    this.#maker = new MomentMaker();
    this.#fights = kinds.includes('fight') ? new FightWatch(model) : undefined;
    this.#last = undefined;
    this.#seen = [];
    this.#curve = [];
  }

  /** Frames are missing: no window goes across. */
  gap(): void {
    this.#fights?.clear();
    this.#maker.forgetPicture();
    this.#seen = [];
    this.#curve = [];
  }

  /** @param nowUs wall clock, microseconds since 1970: says whether it is late */
  see({ frame, resultRef, detections, grey, gated }: ThreatSight, nowUs: number): TrackEvent[] {
    const { ptsUs } = frame;
    if (!this.#wants(ptsUs)) return [];
    if (gated) return this.#stayStill(frame, nowUs);
    this.#seen = [...this.#seen.filter(isRecent(ptsUs)), { frame: frame.frame, ptsUs, resultRef }];
    const moment = this.#maker.make({ ...frame, detections, ...(grey ? { grey } : {}) });
    this.#last = moment;
    const fight = this.#fights?.see(moment);
    if (fight) this.#curve = [...this.#curve.filter(isWithin(curveMs, ptsUs)), { ptsUs, score: round(fight.chance) }];
    const told = [...(fight?.isAlarm ? [this.#toldOfFight(fight, moment)] : []), ...this.#toldByRules(moment)];
    return this.#events(told, frame, nowUs);
  }

  /** Everybody is where they were, and fights nobody: who fell lies there, who waits goes on waiting. */
  #stayStill(frame: FrameHeader, nowUs: number): TrackEvent[] {
    this.gap();
    this.#maker.stayStill(frame);
    if (!this.#last) return [];
    const { motion: _, ...last } = this.#last;
    this.#last = { ...last, frame: frame.frame, ptsUs: frame.ptsUs, capturedAtUs: frame.capturedAtUs };
    return this.#events(this.#toldByRules(this.#last), frame, nowUs);
  }

  #events(told: readonly Told[], frame: FrameHeader, nowUs: number): TrackEvent[] {
    return told.map((each, index) => {
      const nth = told.slice(0, index).filter(({ kind }) => kind === each.kind).length;
      return this.#event(each, nth, frame, nowUs);
    });
  }

  /** Every camera is judged at about one rate, whatever its own: the frames between are passed over. */
  #wants(ptsUs: number): boolean {
    const last = this.#last?.ptsUs;
    return last === undefined || ptsUs < last || ptsUs - last >= defaultWindowSettings.spacingMs * 1000;
  }

  #toldByRules(moment: SeenMoment): Told[] {
    return [...this.#rules.values()]
      .flatMap((rule) => rule.see(moment))
      .map(({ kind, score, why, tracks, things = [] }) => {
        const people = moment.people.filter(({ track }) => tracks.includes(track));
        return { kind, score, why: [why], people, things, frames: this.#seen.slice(-evidenceFrames) };
      });
  }

  #toldOfFight({ best, reasons, window }: FightScore, { people }: SeenMoment): Told {
    const judged = new Set(window.map(({ frame }) => frame));
    return {
      kind: 'fight',
      score: round(best),
      why: reasons.filter(({ says }) => says > 0).map(({ feature, value }) => `${feature} ${value.toPrecision(3)}`),
      people,
      frames: this.#seen.filter(({ frame }) => judged.has(frame)),
      reasons: reasons.map(({ feature, value, says }) => ({ feature, value: round(value), says: round(says) })),
      threshold: this.#options.model.threshold,
      curve: this.#curve,
    };
  }

  /** @param nth of this kind in this frame, from 0 */
  #event(
    { kind, score, people, things = [], frames, ...suspected }: Told,
    nth: number,
    header: FrameHeader,
    nowUs: number,
  ): TrackEvent {
    const { camera, session, frame, ptsUs, capturedAtUs, width, height } = header;
    const { detector, speed } = this.#options;
    const nameOf = (track: string) => `${camera}/${session}/${track}`;
    const lateMs = Math.round((nowUs - capturedAtUs) / 1000);
    const about = [...people, ...things];
    const place = `${frame}/${detector}/${kind}${nth > 0 ? `/${nth + 1}` : ''}`;
    return {
      id: `${camera}/${session}/threat-suspected/${place}`,
      type: 'threat-suspected',
      camera,
      session,
      detector,
      track: nameOf(about[0]?.track ?? `${frame}.threat`),
      number: 0,
      label: things[0]?.label ?? 'person',
      frame,
      ptsUs,
      atUs: capturedAtUs,
      box: around(about, { x: 0, y: 0, width, height }),
      score,
      evidence: frames.map((each) => frameId({ camera, session, frame: each.frame })),
      evidenceRefs: frames.map(({ resultRef }) => resultRef),
      durationMs: 0,
      threat: kind,
      suspicion: {
        isHeuristic: kind !== 'fight',
        ...suspected,
        people: people.map(({ track: each, box }) => ({ track: nameOf(each), box })),
        speed,
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
function around(people: readonly Pick<SeenPerson, 'box'>[], picture: Box): Box {
  if (people.length === 0) return picture;
  const left = Math.min(...people.map(({ box }) => box.x));
  const top = Math.min(...people.map(({ box }) => box.y));
  const right = Math.max(...people.map(({ box }) => box.x + box.width));
  const bottom = Math.max(...people.map(({ box }) => box.y + box.height));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
