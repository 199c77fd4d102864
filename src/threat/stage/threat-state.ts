import type { CameraOrderState } from '../../stage/order/order-types.ts';
import { decodeJson, encodeJson } from '../../topics/json-record.ts';
import type { IncomingRecord, OutgoingRecord } from '../../topics/record.ts';
import { topicNames } from '../../topics/topic-names.ts';
import type { CameraThreatsState } from './camera-threats.ts';

/** Where judging goes on with one camera. The newest record of a camera on `threat_state` counts. */
export interface ThreatState {
  camera: string;
  /** The camera's partition of `processed_images`. */
  partition: number;
  /** By detector, `<name>@<version>`. */
  detectors: Record<string, { order: CameraOrderState; threats: CameraThreatsState }>;
}

export function encodeThreatState(state: ThreatState, atUs: number): OutgoingRecord {
  const { camera } = state;
  const about = { key: camera, type: 'vigil.threat-state.v1', source: `/cameras/${camera}`, id: camera };
  return encodeJson({ topic: topicNames.threatState, partition: 0, ...about, atUs, value: state });
}

/** @throws RECORD_INVALID when the value is no state */
export function decodeThreatState(record: IncomingRecord): ThreatState {
  return decodeJson<ThreatState>(record, ({ camera, detectors }) => Boolean(camera && detectors));
}
