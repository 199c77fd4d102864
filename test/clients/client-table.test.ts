import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { clients } from './client-table.ts';

const project = join(import.meta.dirname, '..', '..');

/** Where the version of each client is pinned, and how. */
const pins: Partial<Record<keyof typeof clients, [file: string, before: string]>> = {
  "Apache's Java client": ['.ci/kafka.xml', '<artifactId>kafka-tools</artifactId><version>'],
  'confluent-kafka': ['.ci/install-clients', 'confluent-kafka=='],
  'kafka-python': ['.ci/install-clients', 'kafka-python=='],
  'franz-go': ['test/clients/franz-go/go.mod', 'github.com/twmb/franz-go v'],
  sarama: ['test/clients/sarama/go.mod', 'github.com/IBM/sarama v'],
  '@platformatic/kafka': ['package.json', '"@platformatic/kafka": "'],
  kafkajs: ['.ci/install-clients', 'kafkajs@'],
};

test('the versions in the table of clients are those that are installed', () => {
  for (const [name, { version }] of Object.entries(clients)) {
    const [file, before] = pins[name as keyof typeof clients] ?? [];
    if (file === undefined || before === undefined) continue;
    const text = readFileSync(join(project, file), 'utf8');
    assert.ok(text.includes(`${before}${version.split(' ')[0]}`), `${name} ${version} is not in ${file}`);
  }
});
