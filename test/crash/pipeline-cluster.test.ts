import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { describeTopic } from '../../src/stage/kafka-admin.ts';
import { topicNames } from '../../src/topics/topic-names.ts';
import { ApacheKafka, kafkaLibraries } from '../support/apache-kafka.ts';
import { mayMakeNetworks, Network } from '../support/network.ts';
import { Scenario } from './pipeline/scenario.ts';
import { Silence } from './pipeline/silence.ts';

/** By name only, it takes minutes: `VIGIL_LONG=1`, or `VIGIL_CHAOS_BROKERS` with the number of brokers for a shorter run. */
const isLong = process.env.VIGIL_LONG === '1';
const isWanted = isLong || process.env.VIGIL_CHAOS_BROKERS !== undefined;
const brokerCount = Number(process.env.VIGIL_CHAOS_BROKERS ?? 3);
const cutMs = isLong ? 30_000 : 12_000;
const flowMs = isLong ? 10_000 : 3000;

/** Says what happened, and for how long a subscriber saw nothing. */
class Watch {
  readonly #frames: Silence;
  readonly #results: Silence;

  constructor(frames: Silence, results: Silence) {
    this.#frames = frames;
    this.#results = results;
  }

  static async of(brokers: readonly string[]): Promise<Watch> {
    const listen = (topic: string) => Silence.listen(brokers, topic);
    return new Watch(await listen(topicNames.rawVideoFrames), await listen(topicNames.processedImages));
  }

  async during(what: string, forMs: number, act: () => unknown): Promise<void> {
    this.#frames.take();
    this.#results.take();
    await act();
    await delay(forMs);
    const giveUpMs = performance.now() + 60_000;
    while ((this.#frames.isSilent || this.#results.isSilent) && performance.now() < giveUpMs) await delay(100);
    tell(`${what}: no frame for ${this.#frames.take()} ms, no result for ${this.#results.take()} ms at most`);
  }

  async close(): Promise<void> {
    await Promise.all([this.#frames.close(), this.#results.close()]);
  }
}

function tell(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}

/** The broker that leads most partitions of the frames. */
async function busiestLeader(brokers: readonly string[]): Promise<number> {
  const { partitions } = await describeTopic({ brokers, clientId: 'referee', topic: topicNames.rawVideoFrames });
  const byLeader = Object.entries(Object.groupBy(partitions, ({ leader }) => String(leader)));
  const [leader] = byLeader.sort(([, a], [, b]) => (b?.length ?? 0) - (a?.length ?? 0))[0] ?? [];
  return Number(leader);
}

async function prepare(t: TestContext) {
  const network = new Network();
  t.after(() => network.remove());
  const folder = mkdtempSync(join(tmpdir(), 'vigil-chaos-kafka-'));
  const cluster = await ApacheKafka.start({
    brokers: brokerCount,
    folder,
    host: network.address,
    properties: { 'min.insync.replicas': '2' },
  });
  t.after(() => cluster.stop());
  const brokers = cluster.bootstrap.split(',');
  const scenario = await Scenario.make(t, { brokers: `[${brokers.join(', ')}]`, modelHost: network.address, fps: 15 });
  return { network, cluster, brokers, scenario };
}

async function runOnCluster(t: TestContext): Promise<void> {
  const { network, cluster, brokers, scenario } = await prepare(t);
  tell(scenario.folder);
  const cameras = scenario.part('capture');
  cameras.start();
  await cameras.says(/camera +round/);
  const [here, there] = [network.addHost(), network.addHost()];
  const detectors = [here, there].map(({ prefix }) => scenario.part('detect', { prefix }));
  const others = ['track', 'serve'].map((name) => scenario.part(name));
  for (const part of [...detectors, ...others]) part.start();
  await Promise.all(detectors.map((each) => each.says(/detector +quick/)));
  const watch = await Watch.of(brokers);
  await watch.during('undisturbed', flowMs, () => {});
  const first = await busiestLeader(brokers);
  await watch.during(`broker ${first} killed`, flowMs, () => cluster.killBroker(first));
  await watch.during('a detector killed', flowMs, () => detectors[0]?.signal('detect people', 'SIGKILL'));
  await watch.during(`broker ${first} back`, flowMs, () => cluster.startBroker(first));
  await watch.during('one host cut off', cutMs, () => network.cut(there.host));
  await watch.during('the host is back', flowMs, () => network.mend(there.host));
  await untilInSync(brokers);
  const second = await busiestLeader(brokers);
  await watch.during(`broker ${second} killed`, flowMs, () => cluster.killBroker(second));
  await watch.during('tracks and a camera killed', flowMs, () => {
    others[0]?.signal('track', 'SIGKILL');
    cameras.signal('capture gate', 'SIGKILL');
  });
  await watch.close();
  for (const part of [cameras, ...detectors, ...others]) await part.end();
  const { report: _, ...verdict } = await scenario.judge(brokers);
  tell(JSON.stringify(verdict));
  assert.ok(verdict.frames > 100 && verdict.tracks > 50, JSON.stringify(verdict));
}

/** A leader may go only when the others have all that it has: the cluster promises no more. */
async function untilInSync(brokers: readonly string[]): Promise<void> {
  for (;;) {
    const { partitions } = await describeTopic({ brokers, clientId: 'referee', topic: topicNames.rawVideoFrames });
    if (partitions.every(({ replicas, inSyncReplicas }) => replicas.length === inSyncReplicas.length)) return;
    await delay(250);
  }
}

if (isWanted) {
  test(
    `${brokerCount} Apache Kafka brokers, detectors on hosts of their own: leaders killed, a network cut, and all adds up`,
    {
      skip: (!kafkaLibraries() && 'needs Apache Kafka') || (!mayMakeNetworks() && 'this user may not make networks'),
      timeout: 900_000,
    },
    runOnCluster,
  );
}
