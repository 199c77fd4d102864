import { fault } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { ModelManifest } from '../models/manifest.ts';

export async function convertCarriedModel(
  manifest: ModelManifest,
  _directory: string,
  _logger: Pick<Logger, 'info'>,
): Promise<string> {
  throw fault('MODEL_UNAVAILABLE', `the model ${manifest.name} cannot be converted yet`);
}
