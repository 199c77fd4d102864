import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { handlers } from '../src/broker/handlers/table.ts';

const folder = join(import.meta.dirname, '..', 'src', 'broker', 'handlers');

/** The text of docs/apis.md: every API that the broker serves, and what its handler's file says about it. */
export function apiReference(): string {
  const rows = [...handlers]
    .sort((a, b) => a.apiKey - b.apiKey)
    .map(({ apiKey, name, minVersion, maxVersion }) => {
      const versions = minVersion === maxVersion ? `${minVersion}` : `${minVersion}–${maxVersion}`;
      return `| ${apiKey} | ${name} | ${versions} | ${cell(openingComment(apiKey))} |`;
    });
  return `# The APIs of the embedded broker

Generated from \`src/broker/handlers\`. These are the versions that ApiVersions tells clients; what differs from Apache
Kafka is said beside them. An API or version that is not listed is not served: the broker closes the connection of a client
that asks for it all the same, as Apache Kafka does.

| key | API | versions | what it does, what differs |
|---|---|---|---|
${rows.join('\n')}
`;
}

/** What the first comment of a handler's file says, as one line per paragraph. */
function openingComment(apiKey: number): string {
  const prefix = `${apiKey}`.padStart(2, '0');
  const file = readdirSync(folder).find((name) => name.startsWith(`${prefix}-`));
  if (file === undefined) throw new Error(`there is no handler file for API ${apiKey}`);
  const [, comment] = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(join(folder, file), 'utf8')) ?? [];
  if (comment === undefined) throw new Error(`${file} does not open with a comment`);
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trim());
  // The table's own column names the API.
  const paragraphs = lines
    .join('\n')
    .trim()
    .replace(/^\w+: /, '')
    .split(/\n{2,}/);
  return paragraphs.map((paragraph) => paragraph.replaceAll('\n', ' ')).join('<br>');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
