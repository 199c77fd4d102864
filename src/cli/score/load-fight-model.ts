import { readFile } from 'node:fs/promises';
import { fault } from '../../base/errors.ts';
import { featureNames } from '../../threat/features/window-features.ts';
import { type FightModel, readFightModel } from '../../threat/fight/fight-model.ts';

/** The classifier that comes with Vigil: models/fight/model-card.md says what it was trained on and where it fails. */
export const fightModelFile = new URL('../../../models/fight/fight.json', import.meta.url).pathname;

/** @throws MODEL_UNAVAILABLE, MODEL_INVALID */
export async function loadFightModel(path = fightModelFile): Promise<FightModel> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw fault('MODEL_UNAVAILABLE', `the fight model ${path} cannot be read`, { cause });
  }
  return readFightModel(text, path, featureNames);
}
