import { setTimeout as delay } from 'node:timers/promises';
import mqtt, { type MqttClient } from 'mqtt';
import { describeError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Alarm } from '../topics/alarm-schema.ts';
import { announcements, type MqttTopics, mqttTopics } from './home-assistant.ts';
import type { Notifier } from './notifier.ts';
import type { MqttTarget } from './notifier-options.ts';

export interface MqttNotifierOptions {
  name: string;
  target: MqttTarget;
  /** Announced at once; others when they are heard of. */
  cameras: readonly string[];
  /** The picture of an alarm; undefined: there is none any more. */
  pictureOf: (alarm: Alarm) => Promise<Buffer | undefined>;
  logger: Logger;
}

const reconnectMs = 2000;
const answerWithinMs = 10_000;
const closeWithinMs = 500;

/**
 * Tells an MQTT broker, and Home Assistant there: the alarm (QoS 1), a retained last alarm and picture of each camera, how
 * many persons each camera sees, and whether Vigil is there. What is retained is said again at every connection: a broker
 * that forgot everything knows it again.
 */
export class MqttNotifier implements Notifier {
  readonly #options: MqttNotifierOptions;
  readonly #client: MqttClient;
  readonly #topics: MqttTopics;
  readonly #persons = new Map<string, number>();

  constructor(options: MqttNotifierOptions) {
    const { target, cameras, logger } = options;
    this.#options = options;
    this.#topics = mqttTopics(target.prefix);
    for (const camera of cameras) this.#persons.set(camera, 0);
    this.#client = mqtt.connect(target.url, {
      ...(target.username === undefined ? {} : { username: target.username }),
      ...(target.password === undefined ? {} : { password: target.password }),
      reconnectPeriod: reconnectMs,
      connectTimeout: answerWithinMs,
      // What was not told is told by whoever asked for it, not by the client on its own.
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: this.#topics.status, payload: Buffer.from('offline'), qos: 1, retain: true },
    });
    this.#client.on('connect', () => this.#introduce());
    this.#client.on('error', (error) => logger.warn(`${options.name}: ${describeError(error)}; trying again`));
  }

  async deliver(alarm: Alarm, signal: AbortSignal): Promise<string> {
    const { alarms, alarm: last, snapshot } = this.#topics;
    const text = JSON.stringify(alarm);
    this.#meet(alarm.camera);
    const picture = await this.#options.pictureOf(alarm);
    if (picture) await this.#publish(snapshot(alarm.camera), picture, true, signal);
    await this.#publish(last(alarm.camera), text, true, signal);
    await this.#publish(alarms, text, false, signal);
    return picture ? 'acknowledged by the broker, with the picture' : 'acknowledged by the broker';
  }

  /** How many persons a camera sees now. */
  sawPersons(camera: string, count: number): void {
    this.#meet(camera);
    if (this.#persons.get(camera) === count) return;
    this.#persons.set(camera, count);
    this.#retain(this.#topics.persons(camera), String(count));
  }

  async close(): Promise<void> {
    if (this.#client.connected) {
      const said = this.#client.publishAsync(this.#topics.status, 'offline', { qos: 1, retain: true });
      await Promise.race([said.catch(() => {}), delay(closeWithinMs)]);
    }
    await Promise.race([this.#client.endAsync(true), delay(closeWithinMs)]);
  }

  #introduce(): void {
    this.#retain(this.#topics.status, 'online');
    for (const [camera, count] of this.#persons) {
      this.#announce(camera);
      this.#retain(this.#topics.persons(camera), String(count));
    }
  }

  #meet(camera: string): void {
    if (this.#persons.has(camera)) return;
    this.#persons.set(camera, 0);
    this.#announce(camera);
  }

  #announce(camera: string): void {
    const { prefix, discovery } = this.#options.target;
    if (discovery === undefined) return;
    for (const { topic, config } of announcements(camera, prefix, discovery))
      this.#retain(topic, JSON.stringify(config));
  }

  /** Said again at the next connection if this one is lost. */
  #retain(topic: string, payload: string): void {
    if (!this.#client.connected) return;
    this.#client.publishAsync(topic, payload, { qos: 0, retain: true }).catch(() => {});
  }

  /** @throws when the broker does not acknowledge it in time, or is not there */
  async #publish(topic: string, payload: string | Buffer, retain: boolean, signal: AbortSignal): Promise<void> {
    if (!this.#client.connected) throw new Error('the MQTT broker is not connected');
    const client = this.#client;
    const given = Promise.withResolvers<never>();
    const giveUp = (reason: string) => () => given.reject(new Error(reason));
    const onClose = giveUp('the connection to the MQTT broker was lost');
    const onAbort = giveUp('Vigil ends');
    const timer = setTimeout(giveUp(`no acknowledgement within ${answerWithinMs} ms`), answerWithinMs);
    client.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    const published = client.publishAsync(topic, payload, { qos: 1, retain });
    const id = client.getLastMessageId();
    try {
      await Promise.race([published, given.promise]);
    } catch (cause) {
      published.catch(() => {});
      // Tried again by whoever asked; the client must not send it, too.
      client.removeOutgoingMessage(id);
      throw cause;
    } finally {
      clearTimeout(timer);
      client.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
