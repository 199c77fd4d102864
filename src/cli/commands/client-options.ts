import { existsSync } from 'node:fs';
import { fault } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { listTopics } from '../../stage/kafka-admin.ts';
import { defaults } from '../config/defaults.ts';
import { brokersOf, loadJourney } from '../options/load-journey.ts';

/** How the command line's own clients name themselves to the broker. */
export const clientId = 'vigil-cli';

/** `--brokers`, else those of `./vigil.yml` when there is one, else the embedded broker's usual address. */
export async function clientBrokers(given: string[] | undefined): Promise<string[]> {
  if (given) return given;
  if (!existsSync(defaults.file)) return [defaults.brokerListen];
  return brokersOf(await loadJourney(undefined, {}));
}

/** Asking for a topic creates it on many brokers: a reader first looks whether it is there. @throws USAGE */
export async function assertTopicExists(brokers: readonly string[], topic: string): Promise<void> {
  const topics = await listTopics({ brokers, clientId, includeInternal: true });
  if (topics.includes(topic)) return;
  const suggestion = nearest(topic, topics);
  throw fault('USAGE', `There is no topic "${topic}" at ${brokers.join(', ')}`, {
    next: suggestion ? `Did you mean "${suggestion}"?` : '`vigil topics list` shows those that there are.',
  });
}
