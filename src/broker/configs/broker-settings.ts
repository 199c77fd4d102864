import { fault } from '../../base/errors.ts';
import { brokerConfig, checkBrokerConfig } from './broker-configs.ts';
import { topicConfig } from './topic-configs.ts';

/** Where an effective value comes from; Kafka's numbers in DescribeConfigs. */
export const configSources = { topic: 1, dynamicBroker: 2, staticBroker: 4, default: 5 } as const;

/** The broker's configs in effect: given at the start, changed while running, else Kafka's defaults. */
export class BrokerSettings {
  readonly #given: ReadonlyMap<string, string>;
  /** Changed by clients; kept by the cluster metadata. */
  readonly dynamic: Map<string, string>;

  /** @throws CONFIG_INVALID for an unknown name or a value out of bounds */
  constructor(given: Readonly<Record<string, string | number | boolean>>, dynamic: Map<string, string> = new Map()) {
    this.#given = new Map(Object.entries(given).map(([name, value]) => [name, String(value)]));
    this.dynamic = dynamic;
    for (const [name, value] of this.#given) {
      const wrong = checkBrokerConfig(name, value);
      if (wrong !== undefined) throw fault('CONFIG_INVALID', wrong);
    }
  }

  /** Effective value as text. */
  text(name: string): string {
    return this.dynamic.get(name) ?? this.#given.get(name) ?? brokerConfig(name)?.defaultValue ?? '';
  }

  number(name: string): number {
    return Number(this.text(name));
  }

  isOn(name: string): boolean {
    return this.text(name) === 'true';
  }

  sourceOf(name: string): number {
    if (this.dynamic.has(name)) return configSources.dynamicBroker;
    return this.#given.has(name) ? configSources.staticBroker : configSources.default;
  }

  /** The value a topic config has on a topic that does not set it. */
  topicDefault(name: string): string {
    const synonym = topicConfig(name)?.synonym;
    return synonym === undefined ? (topicConfig(name)?.defaultValue ?? '') : this.text(synonym);
  }
}
