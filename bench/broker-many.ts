// Does every request stay quick with 1,000 partitions and 200 groups? p99 by API, under writers, readers and group members.
// `node bench/broker-many.ts <seconds>`; every client has its own connections, as real ones have.
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fetchRequest, fetchResponse } from '../src/wire/messages/01-fetch.ts';
import { listOffsetsRequest, listOffsetsResponse } from '../src/wire/messages/02-list-offsets.ts';
import { metadataRequest, metadataResponse } from '../src/wire/messages/03-metadata.ts';
import { offsetCommitRequest, offsetCommitResponse } from '../src/wire/messages/08-offset-commit.ts';
import { offsetFetchRequest, offsetFetchResponse } from '../src/wire/messages/09-offset-fetch.ts';
import { findCoordinatorRequest, findCoordinatorResponse } from '../src/wire/messages/10-find-coordinator.ts';
import { joinGroupRequest, joinGroupResponse } from '../src/wire/messages/11-join-group.ts';
import { heartbeatRequest, heartbeatResponse } from '../src/wire/messages/12-heartbeat.ts';
import { syncGroupRequest, syncGroupResponse } from '../src/wire/messages/14-sync-group.ts';
import { describeGroupsRequest, describeGroupsResponse } from '../src/wire/messages/15-describe-groups.ts';
import { listGroupsRequest, listGroupsResponse } from '../src/wire/messages/16-list-groups.ts';
import { recordBatches } from '../src/wire/record-batch.ts';
import { batchRecords } from '../src/wire/records.ts';
import { Fixture } from '../test/contract/fixture.ts';
import { type Api, RawClient } from '../test/contract/raw-client.ts';
import { BrokerProcess } from '../test/crash/broker-process.ts';
import { residentMb } from '../test/support/processes.ts';
import { type Figure, report } from './lib/results.ts';
import { temporaryFolder } from './lib/vigil-process.ts';

const seconds = Number(process.argv[2] ?? 60);
const topics = 10;
const partitionsPerTopic = 100;
const groups = 200;
const writers = 20;
const pauses = { writerMs: 100, commitMs: 1000, heartbeatMs: 3000, adminMs: 1000 };
const recordBytes = 1000;
const wantedMs = 50;
/** As in Kafka's consumers. */
const fetchWaitMs = 500;
/** What is sent before all groups have joined is part of their start, not of what they wait for. */
let measuredFromMs = Number.POSITIVE_INFINITY;

const topicName = (topic: number): string => `many-${topic}`;
const latencies = new Map<string, number[]>();
const ofStart = new Set(['FindCoordinator', 'JoinGroup', 'SyncGroup', 'OffsetFetch']);
let isOver = false;

/** Sends a request and notes how long its answer took, under the API's name unless told otherwise. */
async function timed<Request, Response>(
  client: RawClient,
  api: Api<Request, Response>,
  version: number,
  body: Request,
  name = api.request.name.replace(/Request$/, ''),
): Promise<Response> {
  const begunMs = performance.now();
  const answer = await client.send(api, version, body);
  note(name, performance.now() - begunMs);
  return answer;
}

function note(name: string, tookMs: number): void {
  if (performance.now() < measuredFromMs && !ofStart.has(name)) return;
  const known = latencies.get(name) ?? [];
  latencies.set(name, known);
  known.push(tookMs);
}

async function write(bootstrap: string, index: number): Promise<void> {
  const client = await RawClient.connect(bootstrap);
  for (let n = index; !isOver; n += writers) {
    const fixture = Fixture.over(client, topicName(n % topics));
    const begunMs = performance.now();
    const value = Buffer.alloc(recordBytes, 'x');
    value.writeDoubleBE(begunMs);
    const partition = Math.floor(n / topics) % partitionsPerTopic;
    const { error } = await fixture.produce({ records: [{ value }] }, { partition });
    if (error !== 'NONE') throw new Error(error);
    note('Produce', performance.now() - begunMs);
    await delay(pauses.writerMs * Math.random() * 2);
  }
  client.close();
}

/** The partitions of one group's only member: all groups together cover all partitions. */
function ownPartitions(group: number): { topic: string; partitions: number[] } {
  const count = (topics * partitionsPerTopic) / groups;
  const first = group * count;
  const partitions = Array.from({ length: count }, (_, i) => (first + i) % partitionsPerTopic);
  return { topic: topicName(Math.floor(first / partitionsPerTopic) % topics), partitions };
}

interface Member {
  groupId: string;
  memberId: string;
  generationId: number;
  client: RawClient;
}

async function joinGroup(bootstrap: string, groupId: string): Promise<Member> {
  const client = await RawClient.connect(bootstrap);
  const find = { request: findCoordinatorRequest, response: findCoordinatorResponse };
  await timed(client, find, 4, { coordinatorKeys: [groupId] });
  const join = { request: joinGroupRequest, response: joinGroupResponse };
  const asked = {
    ...{ groupId, sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000, protocolType: 'consumer' },
    protocols: [{ name: 'range', metadata: Buffer.alloc(100) }],
  };
  const { memberId } = await timed(client, join, 7, { ...asked, memberId: '' });
  const { generationId } = await timed(client, join, 7, { ...asked, memberId });
  const assignments = [{ memberId, assignment: Buffer.alloc(100) }];
  const sync = { request: syncGroupRequest, response: syncGroupResponse };
  const { errorCode } = await timed(client, sync, 4, { groupId, generationId, memberId, assignments });
  if (errorCode !== 0) throw new Error(`SyncGroup: error ${errorCode}`);
  return { groupId, memberId, generationId, client };
}

async function read(bootstrap: string, group: number): Promise<void> {
  const { topic, partitions } = ownPartitions(group);
  const member = await joinGroup(bootstrap, `group-${group}`);
  const offsets = { request: offsetFetchRequest, response: offsetFetchResponse };
  await timed(member.client, offsets, 7, {
    groupId: member.groupId,
    topics: [{ name: topic, partitionIndexes: partitions }],
  });
  const beating = every(pauses.heartbeatMs, () => beat(member));
  const committing = every(pauses.commitMs, () => commit(member, topic, partitions));
  const client = await RawClient.connect(bootstrap);
  const next = new Map(partitions.map((partition) => [partition, 0n]));
  while (!isOver) await fetchAll(client, topic, next);
  client.close();
  await Promise.all([beating, committing]);
  member.client.close();
}

/** One request for all partitions that waits for records, as consumers do. */
async function fetchAll(client: RawClient, topic: string, next: Map<number, bigint>): Promise<void> {
  const begunMs = performance.now();
  const partitions = [...next].map(([partition, fetchOffset]) => ({
    ...{ partition, fetchOffset, partitionMaxBytes: 1_000_000 },
  }));
  const request = { maxWaitMs: fetchWaitMs, minBytes: 1, maxBytes: 10_000_000, topics: [{ topic, partitions }] };
  const { responses } = await client.send({ request: fetchRequest, response: fetchResponse }, 12, request);
  const answeredMs = performance.now();
  const answers = responses.flatMap((each) => each.partitions);
  const found = answers.map((answer) => noteRecords(answer, next, answeredMs));
  if (!found.includes(true)) note('Fetch without records, beyond its wait', answeredMs - begunMs - fetchWaitMs);
}

/** @returns whether there were records */
function noteRecords(
  { partitionIndex, errorCode, records }: { partitionIndex: number; errorCode: number; records: Buffer | null },
  next: Map<number, bigint>,
  answeredMs: number,
): boolean {
  if (errorCode !== 0) throw new Error(`Fetch: error ${errorCode}`);
  const batches = [...recordBatches(records ?? Buffer.alloc(0))];
  const last = batches.at(-1);
  if (last === undefined) return false;
  next.set(partitionIndex, last.lastOffset + 1n);
  for (const batch of batches) {
    for (const { value } of batchRecords(batch)) {
      const sentMs = value?.readDoubleBE(0) ?? Number.NaN;
      if (sentMs > measuredFromMs) note('Produce to Fetch: sent, flushed, delivered', answeredMs - sentMs);
    }
  }
  return true;
}

async function every(pauseMs: number, action: () => Promise<void>): Promise<void> {
  await delay(pauseMs * Math.random());
  while (!isOver) {
    await action();
    await delay(pauseMs * (0.5 + Math.random()));
  }
}

async function beat({ client, ...member }: Member): Promise<void> {
  const { errorCode } = await timed(client, { request: heartbeatRequest, response: heartbeatResponse }, 4, member);
  if (errorCode !== 0) throw new Error(`Heartbeat: error ${errorCode}`);
}

let committed = 0n;

async function commit({ client, groupId, memberId, generationId }: Member, topic: string, indexes: number[]) {
  const api = { request: offsetCommitRequest, response: offsetCommitResponse };
  const partitions = indexes.map((partitionIndex) => ({
    partitionIndex,
    committedOffset: ++committed,
    committedMetadata: null,
  }));
  const request = { groupId, memberId, generationIdOrMemberEpoch: generationId, topics: [{ name: topic, partitions }] };
  await timed(client, api, 8, request);
}

/** What tools and pages ask for: the whole of the metadata, all groups, some offsets. */
async function administer(bootstrap: string): Promise<void> {
  const client = await RawClient.connect(bootstrap);
  await every(pauses.adminMs, async () => {
    const metadata = { request: metadataRequest, response: metadataResponse };
    await timed(client, metadata, 12, { topics: null }, 'Metadata of all topics');
    await timed(client, { request: listGroupsRequest, response: listGroupsResponse }, 4, { statesFilter: [] });
    const describe = { request: describeGroupsRequest, response: describeGroupsResponse };
    await timed(client, describe, 5, { groups: Array.from({ length: 20 }, (_, i) => `group-${i}`) });
    const partitions = Array.from({ length: partitionsPerTopic }, (_, i) => ({ partitionIndex: i, timestamp: -1n }));
    const offsets = { request: listOffsetsRequest, response: listOffsetsResponse };
    await timed(client, offsets, 6, { replicaId: -1, topics: [{ name: topicName(0), partitions }] });
  });
  client.close();
}

/** Nanoseconds that a process's main thread has run, and has waited for a processor; Linux only. */
function processorTurns(pid: number): number[] {
  const path = `/proc/${pid}/schedstat`;
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split(' ').slice(0, 2).map(Number) : [];
}

function shareOf(nanoseconds = Number.NaN): number {
  return (nanoseconds / 1e9 / seconds) * 100;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const broker = new BrokerProcess(temporaryFolder());
await broker.start();
const { bootstrap } = broker;
const admin = await RawClient.connect(bootstrap);
for (let topic = 0; topic < topics; topic++) {
  const begunMs = performance.now();
  await Fixture.over(admin, '').createTopic(topicName(topic), { partitions: partitionsPerTopic });
  process.stderr.write(`topic ${topic} in ${Math.round(performance.now() - begunMs)} ms\n`);
}
admin.close();
const clients = [
  ...Array.from({ length: writers }, (_, i) => write(bootstrap, i)),
  ...Array.from({ length: groups }, (_, i) => delay(i * 10).then(() => read(bootstrap, i))),
  administer(bootstrap),
];
const failed = Promise.race(clients);
await Promise.race([delay(groups * 10 + 2000), failed]);
measuredFromMs = performance.now();
const turnsBefore = processorTurns(broker.pid);
await Promise.race([delay(seconds * 1000), failed]);
isOver = true;
await Promise.all(clients);
const resident = residentMb(broker.pid);
const turns = processorTurns(broker.pid).map((now, i) => now - (turnsBefore[i] ?? 0));
await broker.kill();

const figures: Figure[] = [...latencies]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([what, values]) => [what, values.sort((a, b) => a - b)] as const)
  .flatMap(([what, sorted]) => [
    { what: `${what} (${sorted.length}), p50`, unit: 'ms', values: [quantile(sorted, 0.5)] },
    { what: `${what}, p99`, unit: 'ms', values: [quantile(sorted, 0.99)], wanted: `< ${wantedMs}` },
    { what: `${what}, slowest`, unit: 'ms', values: [sorted.at(-1) ?? Number.NaN] },
  ]);
report(
  'broker-many',
  'Does every request stay quick with 1,000 partitions and 200 groups?',
  [
    ...figures,
    { what: 'the broker’s main thread on a processor', unit: '% of the time', values: [shareOf(turns[0])] },
    { what: 'the broker’s main thread ready, waiting for one', unit: '% of the time', values: [shareOf(turns[1])] },
    { what: 'resident memory of the broker', unit: 'MB', values: [resident] },
  ],
  [
    `${seconds} s, flush policy \`commit\`: ${writers} writers, each of ${recordBytes}-byte records to all partitions in turn about every ${pauses.writerMs} ms; each group one member with two connections that reads its five partitions with one request that waits up to ${fetchWaitMs} ms for records, commits every second and beats every three.`,
    'Load and broker share the two cores, and the times are those that the load sees: they include its own waiting for the processor.',
  ],
);
process.exit(0);
