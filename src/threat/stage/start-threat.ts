import type { Logger } from '../../base/logger.ts';
import type { DeliveryKind } from '../../stage/delivery.ts';
import { openOrderedLoop } from '../../stage/open-ordered-loop.ts';
import type { RunningPart } from '../../stage/part.ts';
import { ToldMoments } from '../../stage/told-moments.ts';
import type { ThreatKind } from '../../topics/event-names.ts';
import type { TrackEvent } from '../../topics/event-schema.ts';
import { topicNames } from '../../topics/topic-names.ts';
import type { FightModel } from '../fight/fight-model.ts';
import { SmallPictures, type SmallPicturesOptions } from './small-pictures.ts';
import { ThreatDesk } from './threat-desk.ts';
import { decodeThreatState } from './threat-state.ts';
import { UrgentDesk } from './urgent-desk.ts';
import { openUrgentLoop } from './urgent-loop.ts';

export interface ThreatOptions {
  kinds: readonly ThreatKind[];
  /** Detectors (`<name>@<version>`) whose results are judged: those that read joints. */
  detectors: readonly string[];
  /** Those of them that write at least once. */
  atLeastOnce?: readonly string[];
  /** Names this process within the groups, the same again after a restart. */
  instance?: string;
  /** Only the complete way: whoever wants no alarm at once saves the second judging. */
  isUnhurried?: boolean;
}

export interface StartThreatOptions {
  brokers: readonly string[];
  threat: ThreatOptions;
  model: FightModel;
  shrink: SmallPicturesOptions['shrink'];
  logger: Logger;
}

const groupId = 'threat';
/** The state of a camera is some 50 kB: nobody waits for it. */
const lingerMs = { rest: 1000, urgent: 0 };

/**
 * Starts the threat stage, which reads `processed_images` twice and writes `threat-suspected` to `events`. The group
 * `threat-urgent` judges at once what is young; the group `threat` judges every result in the order of frames, and writes events,
 * offsets and the state to go on with in one transaction. A moment that both find is told once (docs/decisions/0022).
 *
 * @throws BROKER_UNREACHABLE
 */
export async function startThreat(options: StartThreatOptions): Promise<RunningPart> {
  const { brokers, threat, model, shrink, logger } = options;
  const { kinds, detectors, instance, isUnhurried = false } = threat;
  const pictures = new SmallPictures({ shrink, logger });
  const isNews = newsOfCameras();
  const common = { kinds, detectors, model, pictures, nowMs: () => Date.now() };
  const urgent = isUnhurried
    ? undefined
    : await openUrgentLoop({
        brokers,
        instance,
        desk: new UrgentDesk(common),
        isNews,
        onTold: (event) => logTold(event, logger),
        logger,
      });
  try {
    const delivery = (detector: string): DeliveryKind =>
      threat.atLeastOnce?.includes(detector) ? 'at-least-once' : 'exactly-once';
    const desk = new ThreatDesk({ ...common, delivery, isNews });
    const state = { stateTopic: topicNames.threatState, decodeState: decodeThreatState };
    const complete = await openOrderedLoop({ brokers, groupId, instance, desk, ...state, lingerMs, logger });
    return together(urgent ? [urgent, complete] : [complete]);
  } catch (cause) {
    await urgent?.close();
    throw cause;
  }
}

/** Whether a moment was told by nobody else yet. What is written anew after a failed transaction is news again. */
function newsOfCameras(): (event: TrackEvent) => boolean {
  const told = new Map<string, ToldMoments>();
  return (event) => {
    const moments = told.get(event.camera) ?? new ToldMoments();
    told.set(event.camera, moments);
    return moments.tell(event) !== 'other';
  };
}

function logTold({ camera, threat, score, atUs }: TrackEvent, logger: Logger): void {
  const afterMs = Math.round(Date.now() - atUs / 1000);
  logger.info({ camera, kind: threat, score, afterMs }, `${camera}: ${threat} suspected`);
}

function together(parts: readonly RunningPart[]): RunningPart {
  const done = Promise.all(parts.map((part) => part.done)).then(() => undefined);
  done.catch(() => {});
  return { done, close: async () => void (await Promise.all(parts.map((part) => part.close()))) };
}
