/** Kafka's types of config values, and their numbers in DescribeConfigs. */
export const configTypes = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
} as const;
export type ConfigType = keyof typeof configTypes;

export interface ConfigDefinition {
  name: string;
  type: ConfigType;
  /** As text, the way Kafka shows it. */
  defaultValue: string;
  documentation: string;
  min?: number;
  max?: number;
  /** The only values allowed; for a list, the values its parts may have. */
  oneOf?: readonly string[];
  /** For topic configs: the broker config that gives the default. */
  synonym?: string;
  /** A broker config that can be changed while the broker runs. */
  isDynamic?: boolean;
  /** Why the config is kept and shown, but changes nothing. */
  withoutEffect?: string;
}

/** What a config does, or why it does nothing. */
export function documentationOf({ documentation, withoutEffect }: ConfigDefinition): string {
  return withoutEffect === undefined ? documentation : `${documentation} Without effect here: ${withoutEffect}`;
}

/** @returns what is wrong with the value in the words of an INVALID_CONFIG message, or undefined */
export function checkConfigValue(definition: ConfigDefinition, value: string): string | undefined {
  const { name, type, oneOf } = definition;
  const wrong = (why: string) => `Invalid value ${value} for configuration ${name}: ${why}`;
  if (type === 'boolean') return value === 'true' || value === 'false' ? undefined : wrong('Expected true or false');
  if (type === 'list') {
    const stranger = oneOf === undefined ? undefined : splitList(value).find((part) => !oneOf.includes(part));
    return stranger === undefined ? undefined : wrong(`String must be one of: ${oneOf?.join(', ')}`);
  }
  if (type === 'string') {
    return oneOf === undefined || oneOf.includes(value)
      ? undefined
      : wrong(`String must be one of: ${oneOf.join(', ')}`);
  }
  return checkNumber(definition, value, wrong);
}

function checkNumber(
  { type, min, max }: ConfigDefinition,
  value: string,
  wrong: (why: string) => string,
): string | undefined {
  if (type === 'double') {
    if (value.trim() === '' || !Number.isFinite(Number(value))) return wrong('Not a number of type DOUBLE');
  } else if (!/^[+-]?\d{1,19}$/.test(value.trim())) {
    return wrong(`Not a number of type ${type.toUpperCase()}`);
  }
  const number = Number(value);
  const limit = type === 'int' ? 2 ** 31 - 1 : type === 'short' ? 2 ** 15 - 1 : 2 ** 63;
  if (Math.abs(number) > limit) return wrong(`Not a number of type ${type.toUpperCase()}`);
  if (min !== undefined && number < min) return wrong(`Value must be at least ${min}`);
  return max !== undefined && number > max ? wrong(`Value must be no more than ${max}`) : undefined;
}

export function splitList(value: string): string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
