import { systemClock } from '../../base/clock.ts';
import { describeError, fault, isFault } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { Looker, LookerOptions } from '../looker/looker.ts';
import { builtInModels } from '../models/built-in-models.ts';
import { checkLabels } from '../models/check-labels.ts';
import type { ModelManifest } from '../models/manifest.ts';
import { isOwnModel, readOwnManifest } from '../models/own-model.ts';
import type { BreakerChange, BreakerState } from './circuit-breaker.ts';
import { placeOf } from './exchange.ts';
import { JpegClient } from './jpeg-client.ts';
import { openKserveClient } from './kserve-client.ts';
import type { RemoteClient } from './remote-client.ts';
import { RemoteLooker, type ServerHealth } from './remote-looker.ts';
import { kindOf, modelNameOf, type RemoteModel } from './remote-model.ts';

export interface StartRemoteLookerOptions {
  /** `<name>@<version>`, for diagnostics. */
  detector: string;
  model: RemoteModel;
  looker: Pick<LookerOptions, 'labels' | 'threshold'>;
  logger: Pick<Logger, 'info' | 'warn'>;
  onServer?: (health: ServerHealth) => void;
}

const defaultTimeoutMs = 10_000;
/** Requests under way cost little here; what they wait for is elsewhere. */
const defaultRequests = 16;

/**
 * Looks with a model behind an address. A server that is away at the start may come later.
 *
 * @throws CONFIG_INVALID when the address is none, or no manifest says how to read its answers
 * @throws MODEL_NOT_FOUND, MODEL_SHAPE
 */
export async function startRemoteLooker(options: StartRemoteLookerOptions): Promise<Looker> {
  const { detector, model, logger, onServer } = options;
  const server = placeOf(model.url);
  const client = await openClient(options);
  const remote: RemoteLooker = new RemoteLooker({
    client,
    concurrency: model.requests ?? defaultRequests,
    clock: systemClock,
    random: Math.random,
    onChange(state, change) {
      tell(logger, detector, state, change);
      onServer?.({ server, breaker: state, inHand: remote.status.inHand, ...failureOf(change) });
    },
  });
  logger.info(`detector ${detector} looks with ${client.model} at ${server} (${kindOf(model)})`);
  try {
    await remote.start();
  } catch (error) {
    await remote.close();
    throw error;
  }
  return remote;
}

/** @throws as `startRemoteLooker` */
export async function openClient({
  model,
  looker,
}: Pick<StartRemoteLookerOptions, 'model' | 'looker'>): Promise<RemoteClient> {
  const { url, headers } = splitCredentials(model);
  const { labels, threshold } = looker;
  const wanted = labels && new Set(labels);
  const common = { url, headers, wanted, timeoutMs: model.timeoutMs ?? defaultTimeoutMs };
  if (kindOf(model) === 'jpeg') return new JpegClient({ ...common, threshold: threshold ?? 0 });
  const manifest = await findManifest(model);
  checkLabels(labels ?? [], manifest);
  return openKserveClient({ ...common, manifest, threshold: threshold ?? manifest.threshold });
}

/** `https://user:password@host` as a header: an address that is asked must not hold them. */
function splitCredentials({ url, headers = {} }: RemoteModel): { url: string; headers: Record<string, string> } {
  const whole = URL.parse(url);
  if (!whole || !/^https?:$/.test(whole.protocol)) {
    throw fault('CONFIG_INVALID', `model: found "${url}", expected an address http://… or https://…`);
  }
  const { username, password } = whole;
  whole.username = whole.password = '';
  if (username === '' && password === '') return { url: whole.href, headers: { ...headers } };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  return { url: whole.href, headers: { authorization, ...headers } };
}

/** How to make the server's input and read its output. @throws CONFIG_INVALID, MODEL_NOT_FOUND */
export async function findManifest({ url, manifest }: RemoteModel): Promise<ModelManifest> {
  if (manifest !== undefined && isOwnModel(manifest)) return readOwnManifest(manifest);
  const name = manifest ?? modelNameOf(url) ?? '';
  // Servers often do not allow a dash in a name.
  const found = builtInModels.find((each) => each.name.replaceAll('-', '_') === name.replaceAll('-', '_'));
  if (found) return found;
  throw fault('CONFIG_INVALID', `Nothing says how to read the answers of "${name}" at ${placeOf(url)}`, {
    next: `Name its manifest: model: { url: …, manifest: ${builtInModels[0]?.name} } or the path of one (docs/models.md).`,
  });
}

function failureOf({ error }: BreakerChange): Pick<ServerHealth, 'error'> {
  if (!error) return {};
  return { error: { code: isFault(error) ? error.code : 'MODEL_SERVER_FAILED', message: error.message } };
}

function tell(
  logger: Pick<Logger, 'info' | 'warn'>,
  detector: string,
  state: BreakerState,
  { error, pauseMs = 0, openedForMs = 0 }: BreakerChange,
): void {
  if (state === 'open') {
    const next = `its frames wait; trying again in ${(pauseMs / 1000).toFixed(1)} s`;
    logger.warn({ detector, breaker: state }, `${describeError(error)}\n  ${next}`);
  }
  if (state === 'closed') {
    logger.info(
      { detector, breaker: state },
      `the model's server answers again after ${(openedForMs / 1000).toFixed(1)} s`,
    );
  }
}
