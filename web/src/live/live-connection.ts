import type { LiveTextMessage, ViewMessage } from '../../../src/topics/live-message.ts';
import { decodeFrame, type LiveFrame } from './decode-frame.ts';

export type ConnectionState = { kind: 'connecting' } | { kind: 'open' } | { kind: 'lost'; retryAtMs: number };

export interface LiveListeners {
  onState: (state: ConnectionState) => void;
  onText: (message: LiveTextMessage) => void;
  onFrame: (frame: LiveFrame) => void;
}

const firstRetryMs = 500;
const longestRetryMs = 8_000;
/** The server speaks every second: one that is silent for so long is gone, whatever the socket believes. */
const silenceMs = 6_000;

/** The page's one WebSocket. It comes back by itself, and asks again for what was wanted. */
export class LiveConnection {
  readonly #url: string;
  readonly #listeners: LiveListeners;
  #socket: WebSocket | undefined;
  #view: ViewMessage = { type: 'view' };
  #failures = 0;
  #retryTimer = 0;
  #silenceTimer = 0;

  constructor(url: string, listeners: LiveListeners) {
    this.#url = url;
    this.#listeners = listeners;
    this.#open();
  }

  /** What to be sent from now on. */
  setView(view: ViewMessage): void {
    if (JSON.stringify(view) === JSON.stringify(this.#view)) return;
    this.#view = view;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(view));
  }

  retryNow(): void {
    if (this.#socket) return;
    window.clearTimeout(this.#retryTimer);
    this.#open();
  }

  #open(): void {
    this.#listeners.onState({ kind: 'connecting' });
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#expectSound(socket);
    socket.onopen = () => socket.send(JSON.stringify(this.#view));
    socket.onmessage = ({ data }) => {
      if (this.#socket === socket) this.#receive(socket, data);
    };
    socket.onclose = () => this.#lose(socket);
  }

  #receive(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#expectSound(socket);
    if (typeof data !== 'string') {
      this.#listeners.onFrame(decodeFrame(data));
      return;
    }
    const message = JSON.parse(data) as LiveTextMessage;
    if (message.type === 'hello') {
      this.#failures = 0;
      this.#listeners.onState({ kind: 'open' });
    }
    this.#listeners.onText(message);
  }

  #lose(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    window.clearTimeout(this.#silenceTimer);
    const waitMs = Math.min(firstRetryMs * 2 ** this.#failures++, longestRetryMs) * (0.8 + Math.random() * 0.4);
    this.#listeners.onState({ kind: 'lost', retryAtMs: Date.now() + waitMs });
    this.#retryTimer = window.setTimeout(() => this.#open(), waitMs);
  }

  #expectSound(socket: WebSocket): void {
    window.clearTimeout(this.#silenceTimer);
    this.#silenceTimer = window.setTimeout(() => {
      this.#lose(socket);
      socket.close();
    }, silenceMs);
  }
}
