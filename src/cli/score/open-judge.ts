import { extname } from 'node:path';
import type { ClipModel } from '../../detect/clip/clip-model.ts';
import type { FightModel } from '../../threat/fight/fight-model.ts';
import { loadFightModel } from './load-fight-model.ts';

/** What judges windows: weights over features, or a model that sees the pictures. */
export interface Judge {
  model: FightModel | ClipModel;
  threshold: number;
  close(): Promise<void>;
}

/**
 * @param path of a fight model (`.json`), or of the manifest of a model of clips (`.yml`, `.yaml`); left out: what comes with Vigil
 * @throws MODEL_UNAVAILABLE, MODEL_NOT_FOUND, MODEL_INVALID, MODEL_SHAPE, CONFIG_INVALID, OPTIONAL_PART_MISSING
 */
export async function openJudge(path?: string): Promise<Judge> {
  if (path === undefined || !['.yml', '.yaml'].includes(extname(path))) {
    const model = await loadFightModel(path);
    return { model, threshold: model.threshold, close: async () => {} };
  }
  const { openClipModel } = await import('../../detect/clip/clip-model.ts');
  const model = await openClipModel(path);
  return { model, threshold: model.manifest.threshold, close: () => model.close() };
}
