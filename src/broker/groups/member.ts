import type { JoinEvent, MemberProtocol, RequestId } from './group-types.ts';

const noBytes = Buffer.alloc(0);
/** A new member cannot send heartbeats while it waits for its first answer; Kafka forgets it after five minutes. */
export const newMemberTimeoutMs = 5 * 60_000;

/** One member of a group; changed only by the functions of the group's state machine. */
export class Member {
  memberId: string;
  readonly groupInstanceId: string | null;
  clientId: string;
  clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: MemberProtocol[];
  assignment: Buffer = noBytes;
  awaitingJoin: RequestId | undefined;
  awaitingSync: RequestId | undefined;
  /** Joined, and not answered yet. */
  isNew = false;
  /** Monotonic time at which the session ends unless the member is heard before; unused while an answer is due. */
  sessionDeadlineMs = Infinity;

  constructor(memberId: string, event: Omit<JoinEvent, 'requestId' | 'memberId' | 'protocolType'>) {
    this.memberId = memberId;
    this.groupInstanceId = event.groupInstanceId;
    this.clientId = event.clientId;
    this.clientHost = event.clientHost;
    this.sessionTimeoutMs = event.sessionTimeoutMs;
    this.rebalanceTimeoutMs = event.rebalanceTimeoutMs;
    this.protocols = event.protocols;
  }

  /** A member whose answer is due is alive by definition, except a new one: its client may have gone. */
  get isExpirable(): boolean {
    return this.isNew || (this.awaitingJoin === undefined && this.awaitingSync === undefined);
  }

  metadataFor(protocolName: string | null): Buffer {
    return this.protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? noBytes;
  }

  /** True when the member announces exactly the protocols it announced before. */
  matches(protocols: readonly MemberProtocol[]): boolean {
    return (
      protocols.length === this.protocols.length &&
      protocols.every((protocol, i) => {
        const own = this.protocols[i];
        return own !== undefined && own.name === protocol.name && own.metadata.equals(protocol.metadata);
      })
    );
  }

  /** The first of this member's protocols (its order is its preference) that is among the candidates. */
  vote(candidates: ReadonlySet<string>): string | undefined {
    return this.protocols.find((protocol) => candidates.has(protocol.name))?.name;
  }
}
