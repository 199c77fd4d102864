import { configSchema } from './schema.ts';

const draft = 'https://json-schema.org/draft/2020-12/schema';

/** The JSON Schema of `vigil.yml`, as text: for editors, and for whoever writes the file by a program. */
export function configJsonSchema(): string {
  return JSON.stringify({ $schema: draft, ...configSchema, title: 'vigil.yml' }, null, 2);
}
