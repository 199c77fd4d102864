import { createHash } from 'node:crypto';

export interface MqttTopics {
  /** `online` or `offline`, retained; the broker says `offline` when the connection is lost. */
  status: string;
  /** Every alarm, as JSON. */
  alarms: string;
  /** How many persons a camera sees, retained. */
  persons(camera: string): string;
  /** The last alarm of a camera, as JSON, retained. */
  alarm(camera: string): string;
  /** The picture of that alarm, a JPEG, retained. */
  snapshot(camera: string): string;
}

export function mqttTopics(prefix: string): MqttTopics {
  return {
    status: `${prefix}/status`,
    alarms: `${prefix}/alarms`,
    persons: (camera) => `${prefix}/${camera}/persons`,
    alarm: (camera) => `${prefix}/${camera}/alarm`,
    snapshot: (camera) => `${prefix}/${camera}/snapshot`,
  };
}

export interface Announcement {
  topic: string;
  config: Record<string, unknown>;
}

/** What Home Assistant is told of a camera: one device with its person count, its last alarm and the picture of it. */
export function announcements(camera: string, prefix: string, discovery: string): Announcement[] {
  const topics = mqttTopics(prefix);
  const node = nodeId(prefix, camera);
  const common = {
    availability_topic: topics.status,
    device: { identifiers: [node], name: camera, manufacturer: 'Vigil', model: 'Camera' },
    origin: { name: 'Vigil' },
  };
  const entity = (component: string, name: string, config: Record<string, unknown>) => ({
    topic: `${discovery}/${component}/${node}/${name}/config`,
    config: { ...common, unique_id: `${node}_${name}`, ...config },
  });
  return [
    entity('sensor', 'persons', {
      name: 'Persons',
      icon: 'mdi:account-group',
      state_topic: topics.persons(camera),
      state_class: 'measurement',
    }),
    entity('sensor', 'alarm', {
      name: 'Last alarm',
      icon: 'mdi:alarm-light',
      state_topic: topics.alarm(camera),
      // A state of Home Assistant holds 255 characters.
      value_template: '{{ value_json.message[:255] }}',
      json_attributes_topic: topics.alarm(camera),
    }),
    entity('image', 'snapshot', {
      name: 'Last alarm',
      image_topic: topics.snapshot(camera),
      content_type: 'image/jpeg',
    }),
  ];
}

/** Home Assistant takes letters, digits, `_` and `-`; two cameras never share a name. */
function nodeId(prefix: string, camera: string): string {
  const plain = `${prefix}_${camera}`;
  if (!plain.includes('.')) return plain;
  const digest = createHash('sha256').update(plain).digest('hex').slice(0, 6);
  return `${plain.replaceAll('.', '_')}_${digest}`;
}
