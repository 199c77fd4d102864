import { featureNames } from './window-features.ts';

/** What is left out of the classifier: it brought nothing on scenes that were not trained on (models/fight/model-card.md). */
const leftOut = /^person\.(shape|size|speed|limbSpeed\.|limbSpeed90|limbJerk|handSpeed|legSpeed|limbBusy)/;

/** The features that the classifier reads. */
export const fightFeatures: readonly string[] = featureNames.filter((name) => !leftOut.test(name));

/** Groups that are taken away one by one to see what each is worth. */
export const featureGroups: Readonly<Record<string, RegExp>> = {
  people: /^count|detectionScore|shape/,
  pose: /tilt|Tilt|reach|spread|crouch|handsUp|poseScore|pool\./,
  limbs: /limb|Limb|hand|leg/,
  pairs: /^pair/,
  motion: /^motion|person\.(motion|most|change)|pair\.(motion|bothBusy)/,
};
