import type { SchemaNode } from './check-value.ts';

interface Row {
  key: string;
  expected: string;
  fallback: string;
  description: string;
}

/** The reference of `vigil.yml` in Markdown, made from its schema. */
export function configReference(schema: SchemaNode): string {
  const rows = rowsOf(schema, '').map(
    ({ key, expected, fallback, description }) =>
      `| \`${key}\` | ${cell(expected)} | ${fallback} | ${cell(description)} |`,
  );
  return `# vigil.yml

Every line is optional. \`vigil up\` reads \`./vigil.yml\` when there is one, or the file it is given. Options of the
command line win over the file, and a camera's own keys win over those of \`capture\`.

- Paths are relative to the file.
- Units are written out: \`24h\`, \`500ms\`, \`50GB\`, \`64MiB\`.
- \`\${NAME}\` in any text stands for an environment variable, so that no secret needs to be in the file; \`$\${\` stands
  for a plain \`\${\`. A character that means something in an address (\`@ : / ? #\`) is percent-encoded inside a password.
- \`vigil config check\` names every mistake by file, line and key, and suggests the nearest key;
  \`vigil config schema\` prints the JSON Schema for editors ([the same here](schemas/vigil.schema.json): an editor takes
  it from a first line \`# yaml-language-server: $schema=<path>\`); \`vigil config show\` prints what holds in the end.

\`examples/\` holds files to start from.

| key | what it must be | default | meaning |
|---|---|---|---|
${rows.join('\n')}
`;
}

function rowsOf(schema: SchemaNode, prefix: string): Row[] {
  const named = Object.values(schema.patternProperties ?? {}).map((inner) => ['<name>', inner] as const);
  return [...Object.entries(schema.properties ?? {}), ...named].flatMap(([name, inner]) => {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const isSection = inner.properties !== undefined || inner.patternProperties !== undefined;
    if (isSection) return rowsOf(inner, key);
    const sections = inner.anyOf?.filter((each) => each.properties !== undefined) ?? [];
    return [rowOf(key, inner), ...sections.flatMap((each) => rowsOf(each, key))];
  });
}

function rowOf(key: string, { title, type, description, examples, ...schema }: SchemaNode): Row {
  const shown = examples?.map((example) => `\`${inline(example)}\``).join(', ');
  return {
    key,
    expected: title ?? type ?? '',
    fallback: schema.default === undefined ? '' : `\`${inline(schema.default)}\``,
    description: `${description ?? ''}${shown ? ` Examples: ${shown}.` : ''}`,
  };
}

function inline(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
