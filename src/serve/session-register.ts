import { replaces, type SessionStatement } from '../topics/ledger-record.ts';

/** Sessions whose last statement is further from the newest one than this belong to another run. */
const sameRunUs = 10 * 60 * 1_000_000;

/**
 * Every session that capture ever stated, and from which moment on to count when nobody says: the opening of the
 * oldest session among those that are each camera's newest and that belong to the run stated last. All sessions opened
 * from that moment on are counted whole, none is counted in part.
 */
export class SessionRegister {
  readonly #sessions = new Map<string, SessionStatement>();
  readonly #newestByCamera = new Map<string, SessionStatement>();

  add(statement: SessionStatement): void {
    const id = sessionId(statement.camera, statement.session);
    const known = this.#sessions.get(id);
    if (known && !replaces(statement, known)) return;
    this.#sessions.set(id, statement);
    const newest = this.#newestByCamera.get(statement.camera);
    if (!newest || newest.openedAtUs <= statement.openedAtUs) this.#newestByCamera.set(statement.camera, statement);
  }

  find(camera: string, session: string): SessionStatement | undefined {
    return this.#sessions.get(sessionId(camera, session));
  }

  openedFrom(momentUs: number): SessionStatement[] {
    return [...this.#sessions.values()].filter((each) => each.openedAtUs >= momentUs);
  }

  /** Whether counting from either moment counts the same sessions. */
  countsSame(oneUs: number, otherUs: number): boolean {
    const from = Math.min(oneUs, otherUs);
    const to = Math.max(oneUs, otherUs);
    return [...this.#sessions.values()].every(({ openedAtUs }) => openedAtUs < from || openedAtUs >= to);
  }

  /** Whether the clock was set back since: what was made in these sessions may carry times from before that moment. */
  wasClockSetSince(momentUs: number): boolean {
    return this.openedFrom(momentUs).some(({ openedAtUs, statedAtUs }) => statedAtUs < openedAtUs);
  }

  /** Microseconds since 1970; undefined when there is no session at all. */
  countFromUs(): number | undefined {
    const newest = [...this.#newestByCamera.values()];
    const lastUs = Math.max(...newest.map(lastSignUs));
    const ofLastRun = newest.filter((each) => lastSignUs(each) >= lastUs - sameRunUs);
    return ofLastRun.length === 0 ? undefined : Math.min(...ofLastRun.map((each) => each.openedAtUs));
  }
}

/** After a clock was set back the opening is later than what is said of it. */
function lastSignUs({ openedAtUs, statedAtUs }: SessionStatement): number {
  return Math.max(openedAtUs, statedAtUs);
}

function sessionId(camera: string, session: string): string {
  return `${camera}/${session}`;
}
