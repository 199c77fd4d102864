import { createHmac } from 'node:crypto';
import { alarmKey } from '../topics/alarm-record.ts';
import type { Alarm } from '../topics/alarm-schema.ts';
import { type Notifier, Refused } from './notifier.ts';
import type { WebhookTarget } from './notifier-options.ts';
import { fillTemplate } from './template.ts';

/** Answers that speak of this request and not of the server: the same request will not do better. */
const refusals = [400, 413, 414, 415, 422, 431];
/** Of an answer, for people. */
const shownChars = 200;

/**
 * Posts alarms. Each request carries the headers of the Standard Webhooks specification: `webhook-id` (the same in every
 * attempt: what a receiver knows a repeated one by, `Idempotency-Key` says the same), `webhook-timestamp` (seconds) and, with
 * a secret, `webhook-signature`.
 */
export class Webhook implements Notifier {
  readonly #target: WebhookTarget;
  readonly #nowMs: () => number;

  constructor(target: WebhookTarget, nowMs: () => number = Date.now) {
    this.#target = target;
    this.#nowMs = nowMs;
  }

  async deliver(alarm: Alarm, signal: AbortSignal): Promise<string> {
    const { url, timeoutMs } = this.#target;
    const body = this.#bodyOf(alarm);
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: this.#headersOf(alarm, body),
        // An answer that sends us elsewhere is no delivery.
        redirect: 'manual',
        signal: AbortSignal.any([signal, timeout]),
      });
      const said = await firstChars(response);
      const outcome = `HTTP ${response.status}${said ? ` ${said}` : ''}`;
      if (response.ok) return outcome;
      throw refusals.includes(response.status) ? new Refused(outcome) : new Error(outcome);
    } catch (cause) {
      if (timeout.aborted) throw new Error(`no answer within ${timeoutMs} ms`, { cause });
      throw cause;
    }
  }

  async close(): Promise<void> {}

  #bodyOf(alarm: Alarm): string {
    const { template, contentType } = this.#target;
    if (template === undefined) return JSON.stringify(alarm);
    return fillTemplate(template, alarm, { isJson: /\bjson\b/i.test(contentType) });
  }

  #headersOf(alarm: Alarm, body: string): Record<string, string> {
    const { headers, secret, contentType } = this.#target;
    const id = alarmKey(alarm);
    const seconds = String(Math.floor(this.#nowMs() / 1000));
    const signature = secret === undefined ? {} : { 'webhook-signature': sign({ id, seconds, body, secret }) };
    return {
      'user-agent': 'vigil',
      ...headers,
      'content-type': contentType,
      'idempotency-key': id,
      'webhook-id': id,
      'webhook-timestamp': seconds,
      ...signature,
    };
  }
}

/** `v1,` and the HMAC-SHA-256 of `<id>.<seconds>.<body>`, in base64. A secret `whsec_…` is base64 itself. */
export function sign({ id, seconds, body, secret }: Record<'id' | 'seconds' | 'body' | 'secret', string>): string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

/** What a server answers is read no further than it is shown. */
async function firstChars(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (!reader) return '';
  const { value = new Uint8Array() } = await reader.read();
  await reader.cancel();
  return Buffer.from(value)
    .toString('utf8')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, shownChars);
}
