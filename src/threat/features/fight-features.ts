import { featureNames } from './window-features.ts';

/**
 * What the classifier does not read: proportions, speed and limbs by themselves brought nothing on scenes that were not trained
 * on; how many people there are, and how far grey levels differ, tell more of a place and its camera than of a fight
 * (models/fight/model-card.md).
 */
const leftOut =
  /^count|^sight|^person\.(shape[59C]|size|speed|limbSpeed\.|limbSpeed90|limbJerk|handSpeed|legSpeed|limbBusy|changeInside)|^motion\.(change|contrast)/;

/** The features that the classifier reads. */
export const fightFeatures: readonly string[] = featureNames.filter((name) => !leftOut.test(name));

/** What it read before motion maps and detours were measured: kept to be compared with. */
export const earlierFeatures: readonly string[] = featureNames.filter(
  (name) =>
    !/^person\.(shape|size|speed|limbSpeed\.|limbSpeed90|limbJerk|handSpeed|legSpeed|limbBusy)|etour|^map|^sight/.test(
      name,
    ),
);

/** Groups that are taken away one by one to see what each is worth. */
export const featureGroups: Readonly<Record<string, RegExp>> = {
  people: /detectionScore|pool\.shape/,
  pose: /tilt|Tilt|reach|spread|crouch|handsUp|poseScore|pool\.(tilt|lying)/,
  limbs: /limb|Limb|hand|leg/,
  pairs: /^pair/,
  motion: /^motion|person\.(motion|most|change)|pair\.(motion|bothBusy)/,
  'motion maps': /^map/,
  detours: /etour/,
  'all motion of the picture': /^map|^motion|person\.(motion|most|change)|pair\.(motion|bothBusy)/,
};
