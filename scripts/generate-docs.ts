// Writes the documents that are made from the code: `npm run docs`. A test holds each of them against what this makes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faults } from '../src/base/errors.ts';
import { commandReference } from '../src/cli/command-reference.ts';
import { configJsonSchema } from '../src/cli/config/json-schema.ts';
import { configReference } from '../src/cli/config/reference.ts';
import { configSchema } from '../src/cli/config/schema.ts';
import { acknowledgementSchema, alarmSchema, deliverySchema } from '../src/topics/alarm-schema.ts';
import { eventSchema, frameTracksSchema } from '../src/topics/event-schema.ts';
import { ledgerSchemas } from '../src/topics/ledger-schema.ts';
import { markSchema } from '../src/topics/mark-schema.ts';
import { faceSchema, personSchema } from '../src/topics/people-schema.ts';
import { apiReference } from './api-reference.ts';
import { brokerConfigReference } from './broker-config-reference.ts';
import { clientReference } from './client-reference.ts';

const root = join(import.meta.dirname, '..');

/** Path below the project's root → the text that it should hold. */
export const generatedDocuments: Record<string, () => string | Promise<string>> = {
  'docs/apis.md': apiReference,
  'docs/broker-configs.md': brokerConfigReference,
  'docs/clients.md': clientReference,
  'docs/errors.md': errorsDocument,
  'docs/config.md': () => configReference(configSchema),
  'docs/cli.md': commandReference,
  'docs/schemas/vigil.schema.json': () => `${configJsonSchema()}\n`,
  'docs/schemas/event.schema.json': () => messageSchema(eventSchema),
  'docs/schemas/tracks.schema.json': () => messageSchema(frameTracksSchema),
  'docs/schemas/alarm.schema.json': () => messageSchema(alarmSchema),
  'docs/schemas/acknowledgement.schema.json': () => messageSchema(acknowledgementSchema),
  'docs/schemas/delivery.schema.json': () => messageSchema(deliverySchema),
  'docs/schemas/mark.schema.json': () => messageSchema(markSchema),
  'docs/schemas/person.schema.json': () => messageSchema(personSchema),
  'docs/schemas/face.schema.json': () => messageSchema(faceSchema),
  'docs/schemas/ledger.schema.json': ledgerJsonSchema,
};

/** The documents whose text on disk differs from what the code makes. */
export async function staleDocuments(): Promise<string[]> {
  const stale: string[] = [];
  for (const [path, make] of Object.entries(generatedDocuments)) {
    if (readOrEmpty(join(root, path)) !== (await make())) stale.push(path);
  }
  return stale;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function messageSchema(schema: object): string {
  return `${JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }, undefined, 2)}\n`;
}

function errorsDocument(): string {
  const rows = Object.entries(faults).map(
    ([code, { when, next, exitCode }]) => `| \`${code}\` | ${exitCode} | ${cell(when)} | ${cell(next)} |`,
  );
  return `# Errors

Every fault that Vigil reports: its code, the exit code of a command that ends with it, when it occurs, and what to do
next. The message itself names what was found and where.

| code | exit | when | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}

function ledgerJsonSchema(): string {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const title = 'Values of the topic ledger, by ce_type';
  return `${JSON.stringify({ $schema, title, anyOf: Object.values(ledgerSchemas) }, null, 2)}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (process.argv[1] === import.meta.filename) {
  for (const [path, make] of Object.entries(generatedDocuments)) writeFileSync(join(root, path), await make());
}
