import { fault } from '../base/errors.ts';
import type { CameraOrderState } from '../stage/order/order-types.ts';
import { type IncomingRecord, type OutgoingRecord, recordRef } from '../topics/record.ts';
import { topicNames } from '../topics/topic-names.ts';
import type { CameraTracksState } from './camera-tracks.ts';

/** Where the track stage goes on with one camera. The newest record of a camera on `track_state` counts. */
export interface TrackState {
  camera: string;
  /** `<name>@<version>` that is followed: with another one it begins anew. */
  detector: string;
  /** The camera's partition of `processed_images`. */
  partition: number;
  order: CameraOrderState;
  tracks: CameraTracksState;
}

export function encodeTrackState(state: TrackState): OutgoingRecord {
  return {
    topic: topicNames.trackState,
    partition: 0,
    key: state.camera,
    value: Buffer.from(JSON.stringify(state)),
    headers: new Map([
      ['ce_specversion', '1.0'],
      ['ce_type', 'vigil.track-state.v1'],
      ['ce_source', `/cameras/${state.camera}`],
      ['content-type', 'application/json'],
    ]),
  };
}

/** @throws RECORD_INVALID when the value is no state */
export function decodeTrackState(record: IncomingRecord): TrackState {
  try {
    const state = JSON.parse(record.value.toString('utf8')) as TrackState;
    if (!state.camera || !state.order || !state.tracks) throw new TypeError('something else');
    return state;
  } catch (cause) {
    throw fault('RECORD_INVALID', `${recordRef(record)} is not the state of a camera's tracks`, { cause });
  }
}
