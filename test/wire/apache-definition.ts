import { zeroUuid } from '../../src/wire/codec/primitives.ts';
import { holdsVersion, noVersion, type VersionRange, versionRange } from '../../src/wire/codec/version-range.ts';

/** A message definition as it stands in Apache Kafka's jars. */
export type ApacheMessage = {
  readonly name: string;
  readonly type: string;
  readonly apiKey?: number;
  readonly listeners?: readonly string[];
  readonly validVersions: string;
  readonly flexibleVersions: string;
  readonly fields: readonly ApacheField[];
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly ApacheField[] }[];
};

type ApacheField = {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly taggedVersions?: string;
  readonly tag?: number;
  readonly default?: string | number | boolean | null;
  readonly flexibleVersions?: string;
  readonly fields?: readonly ApacheField[];
};

export function parseDefinition(text: string): ApacheMessage {
  return JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '').replaceAll(/\s\/\/ .*$/gm, '')) as ApacheMessage;
}

/**
 * One line per field of a version, in wire order, in the form that `describeOurs` makes of our definitions:
 * `topics[].partitions[].records: records nullable = ''`.
 */
export function describeApache(message: ApacheMessage, version: number): string[] {
  const structs = new Map((message.commonStructs ?? []).map(({ name, fields }) => [name, fields]));
  const isFlexible = holdsVersion(versionRange(message.flexibleVersions), version);
  const describe = (fields: readonly ApacheField[], path: string): string[] =>
    fields.flatMap((field) => {
      if (!holdsVersion(rangeOf(field.versions ?? field.taggedVersions), version)) return [];
      const isArray = field.type.startsWith('[]');
      const base = isArray ? field.type.slice(2) : field.type;
      const inner = field.fields ?? structs.get(base);
      const here = `${path}${camelCase(field.name)}${isArray ? '[]' : ''}`;
      const isNullable = holdsVersion(rangeOf(field.nullableVersions), version);
      const isTagged = isFlexible && holdsVersion(rangeOf(field.taggedVersions), version);
      const line = [
        `${here}: ${inner ? 'struct' : base}`,
        isNullable ? ' nullable' : '',
        isTagged ? ` tag ${field.tag}` : '',
        field.flexibleVersions === 'none' ? ' classic' : '',
        ` = ${defaultOf(field, isArray, inner !== undefined)}`,
      ].join('');
      return [line, ...describe(inner ?? [], `${here}.`)];
    });
  return describe(message.fields, '');
}

function rangeOf(versions: string | undefined): VersionRange {
  return versions === undefined ? noVersion : versionRange(versions);
}

function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** Apache gives every field a default: where none is written, the zero of its type. */
function defaultOf(field: ApacheField, isArray: boolean, isStruct: boolean): string {
  const written = field.default;
  if (written === null || written === 'null') return 'null';
  if (isArray) return '[]';
  if (isStruct) return '{}';
  if (field.type === 'uuid') return zeroUuid;
  if (field.type === 'bool') return String(written ?? false);
  if (['string', 'bytes', 'records'].includes(field.type)) return `'${written ?? ''}'`;
  if (field.type === 'float64') return String(Number(written ?? 0));
  return String(BigInt(written ?? 0));
}
