import { parentPort, workerData } from 'node:worker_threads';
import { isFault } from '../base/errors.ts';
import { createLogger } from '../base/logger.ts';
import { type StoreSettings, startStore } from './start-store.ts';
import type { FromStore, ToStore } from './thread-messages.ts';

/** The store in a thread of its own: see `startStoreThread`. */
const tellStateMs = 100;

const store = startStore({ ...(workerData as StoreSettings), logger: createLogger('store') });
const say = (message: FromStore): void => parentPort?.postMessage(message);
let told = '';
const telling = setInterval(() => {
  const { state } = store;
  const text = JSON.stringify(state);
  if (text !== told) say({ kind: 'state', state });
  told = text;
}, tellStateMs);

parentPort?.on('message', async (message: ToStore) => {
  if (message.kind === 'close') {
    clearInterval(telling);
    await store.close();
    parentPort?.close();
    return;
  }
  const { id, name, ask } = message;
  try {
    say({ kind: 'answer', id, answer: await store.ask(name, ask as never) });
  } catch (error) {
    if (!isFault(error)) throw error;
    const { code, message: text, next } = error;
    say({ kind: 'refusal', id, code, message: text, next });
  }
});
