/** Where alarms are told; plain data, for it travels between processes. */
export type NotifierTarget =
  | WebhookTarget
  | MqttTarget
  | { kind: 'command'; command: readonly string[]; timeoutMs: number }
  | { kind: 'stdout' };

export interface WebhookTarget {
  kind: 'webhook';
  url: string;
  /** Signs each request; left out: it is not signed. */
  secret?: string;
  headers: Readonly<Record<string, string>>;
  /** The body, with `{{rule}}` and the like; left out: the alarm as JSON. */
  template?: string;
  contentType: string;
  timeoutMs: number;
}

export interface MqttTarget {
  kind: 'mqtt';
  /** `mqtt://host:port` or `mqtts://…` */
  url: string;
  username?: string;
  password?: string;
  /** First part of every topic; tells one Vigil on a broker from another. */
  prefix: string;
  /** Where Home Assistant looks for devices; left out: none are announced. */
  discovery?: string;
}

export interface NotifierOptions {
  name: string;
  target: NotifierTarget;
  /** An alarm that could not be told for so long is given up; left out: never. */
  giveUpAfterMs?: number;
}
