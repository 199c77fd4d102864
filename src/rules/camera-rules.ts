import { ToldMoments, type ToldMomentsState } from '../stage/told-moments.ts';
import type { Alarm } from '../topics/alarm-schema.ts';
import {
  type HeardEvent,
  type Identity,
  identityOf,
  isEndOf,
  isWanted,
  matches,
  type RuleEvent,
} from './event-facts.ts';
import { escalate, type Hit, makeAlarm } from './make-alarm.ts';
import type { Rule } from './rule.ts';
import { isWithin } from './schedule.ts';

/** Something that a rule asks for has begun: it has to go on, or it is not known yet who it is. */
interface Wait {
  rule: string;
  heard: HeardEvent;
  /** By the camera's clock: from then on it has gone on for long enough. */
  dueUs: number;
}

interface KnownTrack {
  identity?: Identity;
  face?: RuleEvent;
  /** Out of sight: nothing of it goes on until it is found. */
  isLost?: boolean;
}

interface OpenAlarm {
  alarm: Alarm;
  /** Wall clock. */
  dueUs: number;
}

/** After the alarm that was filmed last; what is found late may be older than it. */
interface Silence {
  fromUs?: number;
  untilUs: number;
  suppressed: number;
}

/** JSON, to go on with after a restart. */
export interface CameraRulesState {
  session: string;
  clockUs: number;
  tracks: Record<string, KnownTrack>;
  waits: Wait[];
  /** Towards rules that ask for several. */
  hits: Record<string, Hit[]>;
  /** Cool-downs. */
  silent: Record<string, Silence>;
  /** What nobody has acknowledged, and will be escalated. */
  open: OpenAlarm[];
  /** Suspicions that rules have heard; left out: none yet. */
  told?: ToldMomentsState;
}

/** More than this is not remembered: a scene without end must not fill the memory. */
const limits = { waits: 5000, open: 1000 };

/**
 * The rules over one camera's events. Pure: events and times in, alarms out, and the same events give the same alarms.
 * Two clocks are never mixed: the camera's (when was it filmed) decides what fires, the wall's when it is escalated.
 */
export class CameraRules {
  readonly #rules: ReadonlyMap<string, Rule>;
  readonly #state: CameraRulesState;
  readonly #told: ToldMoments;

  constructor(rules: ReadonlyMap<string, Rule>, state?: CameraRulesState) {
    this.#rules = rules;
    this.#state = state ?? { session: '', clockUs: 0, tracks: {}, waits: [], hits: {}, silent: {}, open: [] };
    this.#told = new ToldMoments(this.#state.told);
    // A rule may have been taken out of the file meanwhile.
    this.#state.waits = this.#state.waits.filter(({ rule }) => rules.has(rule));
    this.#state.open = this.#state.open.filter(({ alarm }) => rules.has(alarm.rule));
  }

  get state(): CameraRulesState {
    return this.#state;
  }

  /** Whether something has to go on for a while: time alone may make a rule fire. */
  get isWaitingForTime(): boolean {
    return this.#state.waits.some(({ dueUs }) => dueUs > this.#state.clockUs);
  }

  /** @param nowUs wall clock */
  hear(heard: HeardEvent, nowUs: number): Alarm[] {
    const { event } = heard;
    const alarms = this.advance(event.atUs, nowUs);
    this.#enter(event.session);
    this.#learn(event);
    for (const rule of this.#rules.values()) {
      if (matches(rule, event) && this.#isNews(rule, event))
        this.#wait({ rule: rule.name, heard, dueUs: event.atUs + (rule.durationMs ?? 0) * 1000 });
    }
    alarms.push(...this.#fire((wait) => wait.heard.event.track === event.track, event.atUs, nowUs));
    if (event.type === 'track-lost') this.#remember(event, { ...this.#state.tracks[event.track], isLost: true });
    this.#state.waits = this.#state.waits.filter((wait) => !isEndOf(wait.heard.event, event));
    if (event.type === 'track-ended') delete this.#state.tracks[event.track];
    return alarms;
  }

  /** The camera was followed up to this time: what goes on then has gone on until then. */
  advance(clockUs: number, nowUs: number): Alarm[] {
    if (clockUs <= this.#state.clockUs) return [];
    this.#state.clockUs = clockUs;
    return this.#fire(() => true, clockUs, nowUs);
  }

  /** @returns whether the alarm was open */
  acknowledge(alarm: string): boolean {
    const left = this.#state.open.filter((each) => each.alarm.id !== alarm);
    const wasOpen = left.length < this.#state.open.length;
    this.#state.open = left;
    return wasOpen;
  }

  /** When the next escalation is due, wall clock; undefined: none is. */
  get nextEscalationUs(): number | undefined {
    const { open } = this.#state;
    return open.length === 0 ? undefined : Math.min(...open.map(({ dueUs }) => dueUs));
  }

  escalate(nowUs: number): Alarm[] {
    const due = this.#state.open.filter(({ dueUs }) => dueUs <= nowUs);
    this.#state.open = this.#state.open.filter(({ dueUs }) => dueUs > nowUs);
    return due.flatMap(({ alarm }) => {
      const step = this.#rules.get(alarm.rule)?.escalations[alarm.level];
      if (!step) return [];
      const raised = escalate(alarm, step, nowUs);
      this.#openUntilNext(raised);
      return [raised];
    });
  }

  /** A moment that two have found, or one has told of twice, is one. */
  #isNews({ name }: Rule, event: RuleEvent): boolean {
    if (event.type !== 'threat-suspected') return true;
    const telling = this.#told.tell({ ...event, threat: `${name}: ${event.threat}` });
    this.#state.told = this.#told.state();
    return telling === 'first';
  }

  /** A new session of the camera has none of the tracks of the one before. */
  #enter(session: string): void {
    if (session <= this.#state.session) return;
    this.#state.session = session;
    this.#state.tracks = {};
    this.#state.waits = [];
  }

  /** Only what there is to know of a track is kept: not every kind of event is followed by the end of its track. */
  #learn(event: RuleEvent): void {
    const track = this.#state.tracks[event.track] ?? {};
    if (event.type === 'track-found') this.#found(event, track);
    const identity = identityOf(event);
    if (identity) Object.assign(track, { identity, face: event });
    this.#remember(event, track);
  }

  #remember({ track: id }: RuleEvent, track: KnownTrack): void {
    if (track.identity || track.isLost) this.#state.tracks[id] = track;
    else delete this.#state.tracks[id];
  }

  /** Whether it went on out of sight is known from now on. */
  #found({ track: id, atUs }: RuleEvent, track: KnownTrack): void {
    delete track.isLost;
    for (const wait of this.#state.waits) {
      if (wait.heard.event.track === id) wait.dueUs = Math.max(wait.dueUs, atUs);
    }
  }

  #wait(wait: Wait): void {
    this.#state.waits.push(wait);
    if (this.#state.waits.length > limits.waits) this.#state.waits.shift();
  }

  /** Everything that waits no longer, in the order in which its time came. */
  #fire(isMeant: (wait: Wait) => boolean, clockUs: number, nowUs: number): Alarm[] {
    const ready = this.#state.waits.filter((wait) => isMeant(wait) && wait.dueUs <= clockUs && this.#isMet(wait));
    if (ready.length === 0) return [];
    this.#state.waits = this.#state.waits.filter((wait) => !ready.includes(wait));
    return ready.sort((a, b) => a.dueUs - b.dueUs).flatMap((wait) => this.#hit(wait, nowUs));
  }

  #isMet({ rule, heard }: Wait): boolean {
    const track = this.#state.tracks[heard.event.track];
    return track?.isLost !== true && isWanted(this.#rules.get(rule)?.who, track?.identity);
  }

  #hit({ rule: name, heard, dueUs }: Wait, nowUs: number): Alarm[] {
    const rule = this.#rules.get(name);
    if (!rule) return [];
    const { identity, face } = this.#state.tracks[heard.event.track] ?? {};
    // Who it is may have been told last.
    const metAtUs = rule.who !== undefined && face ? Math.max(dueUs, face.atUs) : dueUs;
    if (rule.schedule && !isWithin(rule.schedule, metAtUs / 1000)) return [];
    const told = face && face.id !== heard.event.id ? { face } : {};
    const hits = this.#gather(rule, { ...heard, metAtUs, ...(identity ? { identity } : {}), ...told });
    return hits ? this.#raise(rule, hits, nowUs) : [];
  }

  /** @returns the hits that make the rule fire, once they are enough */
  #gather({ name, count }: Rule, hit: Hit): [...Hit[], Hit] | undefined {
    if (!count) return [hit];
    const recent = (this.#state.hits[name] ?? []).filter(
      ({ metAtUs }) => metAtUs > hit.metAtUs - count.withinMs * 1000,
    );
    if (recent.length + 1 < count.atLeast) {
      this.#state.hits[name] = [...recent, hit];
      return undefined;
    }
    delete this.#state.hits[name];
    return [...recent, hit];
  }

  #raise(rule: Rule, hits: [...Hit[], Hit], nowUs: number): Alarm[] {
    const metAtUs = (hits.at(-1) as Hit).metAtUs;
    const silent = this.#state.silent[rule.name];
    if (silent && isWithinSilence(silent, metAtUs, rule.cooldownMs)) {
      silent.suppressed += 1;
      return [];
    }
    const alarm = makeAlarm(rule, hits, silent?.suppressed ?? 0, nowUs);
    const untilUs = metAtUs + rule.cooldownMs * 1000;
    if (untilUs >= (silent?.untilUs ?? 0)) this.#state.silent[rule.name] = { fromUs: metAtUs, untilUs, suppressed: 0 };
    this.#openUntilNext(alarm);
    return [alarm];
  }

  #openUntilNext(alarm: Alarm): void {
    const next = this.#rules.get(alarm.rule)?.escalations[alarm.level];
    if (!next) return;
    this.#state.open.push({ alarm, dueUs: alarm.times.raisedAtUs + next.afterMs * 1000 });
    if (this.#state.open.length > limits.open) this.#state.open.shift();
  }
}

/** Within the cool-down after an alarm, or as near before it. */
function isWithinSilence({ fromUs, untilUs }: Silence, atUs: number, cooldownMs: number): boolean {
  return atUs < untilUs && (fromUs === undefined || atUs > fromUs - cooldownMs * 1000);
}
