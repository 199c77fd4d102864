export interface TopicPartition {
  topic: string;
  partition: number;
}

/** What a member of a group says when it joins. */
export interface MemberClaim {
  memberId: string;
  topics: readonly string[];
  /** What it holds, since this generation; −1: nothing it may still claim. */
  owned: readonly TopicPartition[];
  generation: number;
}

export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}:${partition}`;
}

/**
 * Shares partitions out evenly, each member keeping what it holds as far as that goes (Kafka's cooperative sticky
 * protocol, KIP-429). A partition that is to move from one member to another is given to nobody in this round: its
 * holder lets go of it first and joins again, and only the next round hands it on.
 *
 * @param counts partitions of each topic
 */
export function assignPartitions(
  members: readonly MemberClaim[],
  counts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const holders = currentHolders(members);
  const target = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]));
  for (const [topic, count] of counts) {
    const readers = members.filter(({ topics }) => topics.includes(topic)).map(({ memberId }) => memberId);
    if (readers.length > 0) shareOut({ topic, count, readers, holders, target });
  }
  for (const [memberId, partitions] of target) {
    const isFree = (each: TopicPartition) => (holders.get(partitionName(each)) ?? memberId) === memberId;
    target.set(memberId, partitions.filter(isFree));
  }
  return target;
}

/** Of several who claim a partition the newest generation counts; two of the same generation both lose it. */
function currentHolders(members: readonly MemberClaim[]): Map<string, string> {
  const claims = new Map<string, { memberId: string | undefined; generation: number }>();
  for (const { memberId, owned, generation } of members) {
    for (const partition of owned) {
      const name = partitionName(partition);
      const rival = claims.get(name);
      if (!rival || rival.generation < generation) claims.set(name, { memberId, generation });
      else if (rival.generation === generation) claims.set(name, { memberId: undefined, generation });
    }
  }
  return new Map([...claims].flatMap(([name, { memberId }]) => (memberId === undefined ? [] : [[name, memberId]])));
}

interface Sharing {
  topic: string;
  count: number;
  readers: readonly string[];
  holders: ReadonlyMap<string, string>;
  target: Map<string, TopicPartition[]>;
}

function shareOut({ topic, count, readers, holders, target }: Sharing): void {
  const held = new Map<string, number[]>(readers.map((memberId) => [memberId, []]));
  const free: number[] = [];
  for (let partition = 0; partition < count; partition++) {
    const holder = holders.get(partitionName({ topic, partition }));
    const list = holder === undefined ? free : (held.get(holder) ?? free);
    list.push(partition);
  }
  const least = Math.floor(count / readers.length);
  let largerShares = count % readers.length;
  const loadOf = (memberId: string) => target.get(memberId)?.length ?? 0;
  const heldBy = (memberId: string) => held.get(memberId)?.length ?? 0;
  // Larger shares go to those who hold more already, then to those who got less of other topics.
  const inTurn = [...readers].sort((a, b) => heldBy(b) - heldBy(a) || loadOf(a) - loadOf(b) || (a < b ? -1 : 1));
  const shares = inTurn.map((memberId) => ({ memberId, size: least + (largerShares-- > 0 ? 1 : 0) }));
  for (const { memberId, size } of shares) free.push(...(held.get(memberId)?.splice(size) ?? []));
  free.sort((a, b) => a - b);
  for (const { memberId, size } of shares) {
    const kept = held.get(memberId) ?? [];
    const partitions = [...kept, ...free.splice(0, size - kept.length)].sort((a, b) => a - b);
    target.get(memberId)?.push(...partitions.map((partition) => ({ topic, partition })));
  }
}
