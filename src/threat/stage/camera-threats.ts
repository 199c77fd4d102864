import type { ThreatKind, TrackEvent } from '../../topics/event-schema.ts';
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
const evidenceFrames = 7;

interface Told {
  kind: ThreatKind;
  score: number;
  why: readonly string[];
  people: readonly SeenPerson[];
}

/** What is suspected of one camera, from its results in order. Pure but for the memory of what was seen. */
export class CameraThreats {
  readonly #options: CameraThreatsOptions;
  readonly #rules: readonly MomentRule[];
  #maker = new MomentMaker();
  readonly #fights: FightWatch | undefined;
  /** Where the last results lie, by frame. */
  #refs: [frame: number, resultRef: string][] = [];

  constructor(options: CameraThreatsOptions) {
    this.#options = options;
    this.#rules = openRules(options.kinds);
    this.#fights = options.kinds.includes('fight') ? new FightWatch(options.model) : undefined;
  }

  /** Frames are missing, or another session begins: no window goes across. */
  gap(): void {
    this.#fights?.clear();
    this.#maker = new MomentMaker();
    this.#refs = [];
  }

  /** @param nowUs wall clock, microseconds since 1970: says whether it is late */
  see({ frame, resultRef, detections, grey }: ThreatSight, nowUs: number): TrackEvent[] {
    this.#refs = [...this.#refs.slice(1 - evidenceFrames), [frame.frame, resultRef]];
    const moment = this.#maker.make({ ...frame, detections, ...(grey ? { grey } : {}) });
    const fight = this.#fights?.wants(frame.ptsUs) ? this.#fights.see(moment) : undefined;
    const told: Told[] = [
      ...(fight?.isAlarm ? [toldOfFight(fight, moment)] : []),
      ...this.#rules
        .flatMap((rule) => rule.see(moment))
        .map(({ kind, score, why, tracks }) => {
          return { kind, score, why: [why], people: moment.people.filter(({ track }) => tracks.includes(track)) };
        }),
    ];
    return told.map((each) => this.#event(each, frame, nowUs));
  }

  #event({ kind, score, why, people }: Told, header: FrameHeader, nowUs: number): TrackEvent {
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
      evidence: this.#refs.map(([each]) => frameId({ camera, session, frame: each })),
      evidenceRefs: this.#refs.map(([, ref]) => ref),
      durationMs: 0,
      threat: kind,
      suspicion: {
        isHeuristic: kind !== 'fight',
        why: [...why],
        people: people.map(({ track: each, box }) => ({ track: nameOf(each), box })),
        ...(lateMs > lateAfterMs ? { lateMs } : {}),
      },
    };
  }
}

function toldOfFight({ chance, reasons }: FightScore, { people }: SeenMoment): Told {
  const why = reasons.filter(({ says }) => says > 0).map(({ feature, value }) => `${feature} ${value.toPrecision(3)}`);
  return { kind: 'fight', score: Math.round(chance * 1e4) / 1e4, why, people };
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
