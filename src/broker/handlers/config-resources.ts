import type { ErrorName } from '../../wire/error-codes.ts';
import { brokerConfigs, checkBrokerConfig } from '../configs/broker-configs.ts';
import { configSources } from '../configs/broker-settings.ts';
import { type ConfigDefinition, splitList } from '../configs/config-definition.ts';
import { checkTopicConfig, topicConfigs } from '../configs/topic-configs.ts';
import type { Topic } from '../metadata/topic.ts';
import type { BrokerServices } from '../services.ts';

/** Kafka's numbers of what can have configs. */
export const resourceTypes = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const;

export type Problem = { error: ErrorName; message: string };

/** Something that has configs: a topic, or the broker. */
export interface ConfigResource {
  definitions: readonly ConfigDefinition[];
  /** What is set on the resource itself. */
  own: ReadonlyMap<string, string>;
  ownSource: number;
  effective(definition: ConfigDefinition): { value: string; source: number };
  synonyms(definition: ConfigDefinition): { name: string; value: string; source: number }[];
  isReadOnly(definition: ConfigDefinition): boolean;
  /** What is wrong with a change, in words, or undefined. */
  check(name: string, value: string | null): string | undefined;
  replace(configs: ReadonlyMap<string, string>): Promise<Problem | undefined>;
}

/** Finds what a request names. */
export function findResource(broker: BrokerServices, type: number, name: string): ConfigResource | Problem {
  if (type === resourceTypes.topic) {
    const topic = broker.topics.get(name);
    return topic === undefined
      ? { error: 'UNKNOWN_TOPIC_OR_PARTITION', message: `The topic '${name}' does not exist.` }
      : topicResource(broker, topic);
  }
  if (type !== resourceTypes.broker) {
    return { error: 'INVALID_REQUEST', message: `Configs of resource type ${type} are not served.` };
  }
  if (name === '' || name === `${broker.nodeId}`) return brokerResource(broker);
  const message = `Unexpected broker id, expected ${broker.nodeId} or empty string, but received ${name}`;
  return { error: 'INVALID_REQUEST', message };
}

function topicResource(broker: BrokerServices, topic: Topic): ConfigResource {
  const { settings } = broker;
  const inherited = (definition: ConfigDefinition) => ({
    value: settings.topicDefault(definition.name),
    source: definition.synonym === undefined ? configSources.default : settings.sourceOf(definition.synonym),
  });
  const resource: ConfigResource = {
    definitions: topicConfigs,
    own: topic.configs,
    ownSource: configSources.topic,
    effective(definition) {
      const value = topic.configs.get(definition.name);
      return value === undefined ? inherited(definition) : { value, source: configSources.topic };
    },
    synonyms(definition) {
      const own = topic.configs.get(definition.name);
      const first = own === undefined ? [] : [{ name: definition.name, value: own, source: configSources.topic }];
      return [...first, { name: definition.synonym ?? definition.name, ...inherited(definition) }];
    },
    isReadOnly: () => false,
    check: checkTopicConfig,
    async replace(configs) {
      const outcome = await broker.topics.setConfigs(topic, configs);
      return outcome.ok ? undefined : outcome;
    },
  };
  return resource;
}

function brokerResource(broker: BrokerServices): ConfigResource {
  const { settings, metadata } = broker;
  const effective = ({ name }: ConfigDefinition) => ({ value: settings.text(name), source: settings.sourceOf(name) });
  return {
    definitions: brokerConfigs,
    own: settings.dynamic,
    ownSource: configSources.dynamicBroker,
    effective,
    synonyms: (definition) => [{ name: definition.name, ...effective(definition) }],
    isReadOnly: (definition) => definition.isDynamic !== true,
    check(name, value) {
      const definition = brokerConfigs.find((each) => each.name === name);
      if (definition !== undefined && definition.isDynamic !== true)
        return `Cannot update these configs dynamically: ${name}`;
      return checkBrokerConfig(name, value ?? '');
    },
    async replace(configs) {
      const before = metadata.document.brokerConfigs;
      metadata.document.brokerConfigs = Object.fromEntries(configs);
      try {
        await metadata.save();
      } catch (error) {
        metadata.document.brokerConfigs = before;
        return { error: 'KAFKA_STORAGE_ERROR', message: error instanceof Error ? error.message : String(error) };
      }
      settings.dynamic.clear();
      for (const [name, value] of configs) settings.dynamic.set(name, value);
      broker.topics.refreshConfigs();
      return undefined;
    },
  };
}

export type ConfigOperation = 'set' | 'delete' | 'append' | 'subtract';

export interface ConfigChange {
  name: string;
  operation: ConfigOperation;
  value: string | null;
}

/** The configs of a resource after a change, or what is wrong with it. */
export function changedConfigs(
  resource: ConfigResource,
  changes: readonly ConfigChange[],
  base: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> | Problem {
  const result = new Map(base);
  for (const change of changes) {
    const problem = applyChange(resource, change, result);
    if (problem !== undefined) return problem;
  }
  return result;
}

function applyChange(resource: ConfigResource, change: ConfigChange, result: Map<string, string>): Problem | undefined {
  const { name, operation, value } = change;
  const definition = resource.definitions.find((each) => each.name === name);
  if (operation === 'delete') {
    if (definition === undefined)
      return { error: 'INVALID_CONFIG', message: resource.check(name, '') ?? `Unknown config ${name}` };
    result.delete(name);
    return undefined;
  }
  const isListChange = operation === 'append' || operation === 'subtract';
  if (isListChange && definition?.type !== 'list') {
    const message = `Config value ${operation} is not allowed for config key: ${name}`;
    return { error: 'INVALID_CONFIG', message };
  }
  const wanted = isListChange && definition !== undefined ? changedList(resource, definition, change, result) : value;
  const wrong = resource.check(name, wanted);
  if (wrong !== undefined || wanted === null)
    return { error: 'INVALID_CONFIG', message: wrong ?? `No value for ${name}` };
  result.set(name, wanted);
  return undefined;
}

function changedList(
  resource: ConfigResource,
  definition: ConfigDefinition,
  { operation, value }: ConfigChange,
  result: ReadonlyMap<string, string>,
): string {
  const present = splitList(result.get(definition.name) ?? resource.effective(definition).value);
  const parts = splitList(value ?? '');
  if (operation === 'subtract') return present.filter((part) => !parts.includes(part)).join(',');
  return [...new Set([...present, ...parts])].join(',');
}

export function isProblem(value: object): value is Problem {
  return 'error' in value;
}
