import { useEffect, useState } from 'preact/hooks';
import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import type { HelloMessage, LiveTextMessage, SnapshotMessage } from '../../../src/topics/live-message.ts';
import { CameraHistory } from './camera-history.ts';
import { GroupHistory } from './group-history.ts';
import type { ConnectionState } from './live-connection.ts';

export interface LiveState {
  connection: ConnectionState;
  hello: HelloMessage | undefined;
  snapshot: SnapshotMessage | undefined;
  /** When the last snapshot came, milliseconds since 1970, by this browser's clock. */
  heardAtMs: number | undefined;
}

/** What the page shows, except pictures: those go straight to their canvases. */
export class LiveStore {
  #state: LiveState = {
    connection: { kind: 'connecting' },
    hello: undefined,
    snapshot: undefined,
    heardAtMs: undefined,
  };
  readonly #histories = new Map<string, CameraHistory>();
  readonly #groupHistories = new Map<string, GroupHistory>();
  readonly #listeners = new Set<() => void>();

  get state(): LiveState {
    return this.#state;
  }

  setConnection(connection: ConnectionState): void {
    this.#set({ connection });
  }

  receive(message: LiveTextMessage): void {
    if (message.type === 'hello') {
      this.#set({ hello: message });
      return;
    }
    for (const account of message.cameras) this.#note(account, message.atMs);
    for (const account of message.groups) this.groupHistoryOf(account.group).add(account, message.atMs);
    this.#set({ snapshot: message, heardAtMs: Date.now() });
  }

  historyOf(camera: string): CameraHistory {
    const history = this.#histories.get(camera) ?? new CameraHistory();
    this.#histories.set(camera, history);
    return history;
  }

  groupHistoryOf(group: string): GroupHistory {
    const history = this.#groupHistories.get(group) ?? new GroupHistory();
    this.#groupHistories.set(group, history);
    return history;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #note(account: CameraAccount, atMs: number): void {
    this.historyOf(account.camera).add(account, atMs);
  }

  #set(change: Partial<LiveState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}

export function useLiveState(store: LiveStore): LiveState {
  const [state, setState] = useState(store.state);
  useEffect(() => {
    setState(store.state);
    return store.subscribe(() => setState(store.state));
  }, [store]);
  return state;
}
