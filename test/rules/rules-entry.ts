// The rules in a process of their own, to be killed by the test.
import { createLogger } from '../../src/base/logger.ts';
import { startRules } from '../../src/rules/start-rules.ts';
import { testRules } from './test-rules.ts';

const logger = createLogger('rules', { level: 'silent' });
await startRules({ brokers: [process.argv[2] ?? ''], rules: testRules, instance: 'test', logger });
process.stdout.write('ready\n');
