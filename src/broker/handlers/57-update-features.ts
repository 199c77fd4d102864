/**
 * UpdateFeatures: this broker has no features with levels, so that none can be changed: INVALID_UPDATE_VERSION, in Apache
 * Kafka's words for a feature that a node does not know.
 */
import { errorCode } from '../../wire/error-codes.ts';
import { updateFeaturesRequest, updateFeaturesResponse } from '../../wire/messages/57-update-features.ts';
import { serveApi } from '../handler.ts';

export const updateFeaturesHandler = serveApi({
  request: updateFeaturesRequest,
  response: updateFeaturesResponse,
  versions: [0, 2],
  handle({ featureUpdates: [first] }, { broker }) {
    if (first === undefined) return { errorCode: errorCode.NONE, errorMessage: null };
    const errorMessage =
      'The update failed for all features since the following feature had an error: ' +
      `Invalid update version ${first.maxVersionLevel} for feature ${first.feature}. ` +
      `Broker ${broker.nodeId} does not support this feature.`;
    return { errorCode: errorCode.INVALID_UPDATE_VERSION, errorMessage };
  },
});
