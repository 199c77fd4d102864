import { decodeJson, encodeJson } from '../topics/json-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../topics/record.ts';
import { topicNames } from '../topics/topic-names.ts';
import type { CameraRulesState } from './camera-rules.ts';

/** Where the rules go on with one camera. The newest record of a camera on `rule_state` counts. */
export interface RuleState {
  camera: string;
  /** The camera's partition of `events`. */
  partition: number;
  rules: CameraRulesState;
}

export function encodeRuleState(state: RuleState): OutgoingRecord {
  const { camera } = state;
  const about = { key: camera, type: 'vigil.rule-state.v1', source: `/cameras/${camera}`, id: camera };
  return encodeJson({
    topic: topicNames.ruleState,
    partition: 0,
    ...about,
    atUs: state.rules.clockUs,
    value: state,
  });
}

/** @throws RECORD_INVALID when the value is no state */
export function decodeRuleState(record: IncomingRecord): RuleState {
  return decodeJson<RuleState>(record, ({ camera, rules }) => Boolean(camera && rules.tracks && rules.waits));
}
