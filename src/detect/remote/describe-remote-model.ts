import type { BareManifest } from '../models/manifest.ts';
import { placeOf } from './exchange.ts';
import { kindOf, type RemoteModel } from './remote-model.ts';
import { findManifest, openClient } from './start-remote-looker.ts';

/** What is known of a model behind an address. */
export interface RemoteModelDescription {
  /** Without user and password. */
  server: string;
  kind: 'kserve' | 'jpeg';
  /** How its input is made and its output read; a server that takes a JPEG needs none. */
  manifest?: BareManifest;
  /** Milliseconds that it took over a plain grey picture. */
  answeredInMs: number;
}

/**
 * Asks the server for its model and about a plain grey picture, as a detector does at its start.
 *
 * @throws CONFIG_INVALID when the address is none, or nothing says how to read its answers
 * @throws MODEL_SHAPE, MODEL_SERVER_UNREACHABLE, MODEL_SERVER_FAILED, MODEL_ANSWER_INVALID, OPTIONAL_PART_MISSING
 */
export async function describeRemoteModel(model: RemoteModel): Promise<RemoteModelDescription> {
  const client = await openClient({ model, looker: {} });
  const { signal } = new AbortController();
  await client.check(signal);
  const startedMs = performance.now();
  await client.trial().ask(signal);
  const answeredInMs = Math.round(performance.now() - startedMs);
  const kind = kindOf(model);
  const manifest = kind === 'kserve' ? { manifest: await findManifest(model) } : {};
  return { server: placeOf(model.url), kind, ...manifest, answeredInMs };
}
