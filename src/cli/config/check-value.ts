import { nearest } from '../../base/nearest.ts';
import { type ConfigPath, formatPath } from './problem.ts';

/** The part of JSON Schema that the configuration's schema is written in. */
export interface SchemaNode {
  type?: string | undefined;
  title?: string | undefined;
  description?: string | undefined;
  default?: unknown | undefined;
  examples?: unknown[] | undefined;
  const?: unknown | undefined;
  enum?: unknown[] | undefined;
  anyOf?: SchemaNode[] | undefined;
  properties?: Record<string, SchemaNode> | undefined;
  patternProperties?: Record<string, SchemaNode> | undefined;
  required?: string[] | undefined;
  items?: SchemaNode | undefined;
  minItems?: number | undefined;
  maxItems?: number | undefined;
  uniqueItems?: boolean | undefined;
  pattern?: string | undefined;
  minLength?: number | undefined;
  minimum?: number | undefined;
  exclusiveMinimum?: number | undefined;
  maximum?: number | undefined;
}

export interface ValueProblem {
  path: ConfigPath;
  /** Which of the two the problem is about. */
  part: 'key' | 'value';
  message: string;
}

/** Keys that are planned: refused by name instead of as unknown. `*` stands for any id. */
const notYet = new Set(['store', 'notify', 'events', 'alarms', 'tls', 'sasl']);

/**
 * Every way in which a value differs from the schema, each with its place, what was found, what was expected and, for an
 * unknown key, the nearest known one. Validators of JSON Schema stop at the first difference of a branch and speak of
 * the schema; this speaks of the file.
 */
export function checkValue(schema: SchemaNode, value: unknown, path: ConfigPath = []): ValueProblem[] {
  if (schema.anyOf) return checkAlternatives(schema, schema.anyOf, value, path);
  if (schema.type === 'object') return checkObject(schema, value, path);
  if (schema.type === 'array') return checkArray(schema, value, path);
  return isScalarAsWanted(schema, value) ? [] : [mismatch(schema, value, path)];
}

function checkAlternatives(schema: SchemaNode, anyOf: SchemaNode[], value: unknown, path: ConfigPath): ValueProblem[] {
  const outcomes = anyOf.map((each) => ({ each, problems: checkValue(each, value, path) }));
  if (outcomes.some(({ problems }) => problems.length === 0)) return [];
  const sameKind = outcomes.find(({ each }) => isSameKind(each, value));
  return sameKind?.problems ?? [mismatch(schema, value, path)];
}

/** Whether the alternative is the one that was meant: its problems are then worth more than a list of alternatives. */
function isSameKind({ type }: SchemaNode, value: unknown): boolean {
  if (Array.isArray(value)) return type === 'array' && value.length > 0;
  return type === 'object' && typeof value === 'object' && value !== null;
}

function checkObject(schema: SchemaNode, value: unknown, path: ConfigPath): ValueProblem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [mismatch(schema, value, path)];
  const problems = Object.entries(value).flatMap(([key, inner]) => checkEntry(schema, key, inner, [...path, key]));
  for (const key of schema.required ?? []) {
    if ((value as Record<string, unknown>)[key] === undefined) {
      problems.push({
        path,
        part: 'key',
        message: `${formatPath([...path, key])} is missing: expected ${schema.properties?.[key]?.title ?? 'a value'}`,
      });
    }
  }
  return problems;
}

function checkEntry(schema: SchemaNode, key: string, value: unknown, path: ConfigPath): ValueProblem[] {
  for (const [pattern, inner] of Object.entries(schema.patternProperties ?? {})) {
    if (new RegExp(pattern).test(key)) return checkValue(inner, value, path);
    const message = `${formatPath(path)}: found the name ${JSON.stringify(key)}, expected letters, digits, ".", "_" and "-" (100 at most, the first a letter or digit)`;
    return [{ path, part: 'key', message }];
  }
  const inner = schema.properties?.[key];
  if (inner) return checkValue(inner, value, path);
  return [{ path, part: 'key', message: unknownKey(schema, key, path) }];
}

function unknownKey(schema: SchemaNode, key: string, path: ConfigPath): string {
  const general = path.map((step, index) => (index === 1 && hasNames(path[0]) ? '*' : step)).join('.');
  if (notYet.has(general)) return `${formatPath(path)} is not implemented yet`;
  const known = Object.keys(schema.properties ?? {});
  const suggestion = nearest(key, known);
  const hint = suggestion ? `did you mean "${suggestion}"?` : `known here: ${known.join(', ')}`;
  return `${formatPath(path)} is not known; ${hint}`;
}

function hasNames(section: string | number | undefined): boolean {
  return section === 'cameras' || section === 'detectors' || section === 'rules' || section === 'notify';
}

function checkArray(schema: SchemaNode, value: unknown, path: ConfigPath): ValueProblem[] {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  if (!Array.isArray(value) || value.length < minItems || value.length > maxItems) {
    return [mismatch(schema, value, path)];
  }
  const { items } = schema;
  const problems = items ? value.flatMap((each, index) => checkValue(items, each, [...path, index])) : [];
  if (!schema.uniqueItems) return problems;
  for (const [index, each] of value.entries()) {
    if (value.indexOf(each) === index) continue;
    const place = [...path, index];
    problems.push({ path: place, part: 'value', message: `${formatPath(place)}: ${show(each)} is there twice` });
  }
  return problems;
}

function isScalarAsWanted(schema: SchemaNode, value: unknown): boolean {
  if (schema.const !== undefined) return value === schema.const;
  if (schema.enum) return schema.enum.includes(value);
  switch (schema.type) {
    case 'string':
      return isTextAsWanted(schema, value);
    case 'integer':
      return Number.isInteger(value) && isInRange(schema, value as number);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && isInRange(schema, value);
    default:
      return typeof value === schema.type;
  }
}

function isTextAsWanted(schema: SchemaNode, value: unknown): boolean {
  if (typeof value !== 'string' || value.length < (schema.minLength ?? 0)) return false;
  return schema.pattern === undefined || new RegExp(schema.pattern).test(value);
}

function isInRange(schema: SchemaNode, value: number): boolean {
  return (
    value >= (schema.minimum ?? -Infinity) &&
    value > (schema.exclusiveMinimum ?? -Infinity) &&
    value <= (schema.maximum ?? Infinity)
  );
}

function mismatch(schema: SchemaNode, value: unknown, path: ConfigPath): ValueProblem {
  const where = path.length === 0 ? 'the file' : formatPath(path);
  return { path, part: 'value', message: `${where}: found ${show(value)}, expected ${schema.title ?? schema.type}` };
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'keys and values';
  return JSON.stringify(value) ?? 'nothing';
}
