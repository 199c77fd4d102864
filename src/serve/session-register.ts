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
  #newestStatedAtUs = 0;

  add(statement: SessionStatement): void {
    const id = sessionId(statement.camera, statement.session);
    const known = this.#sessions.get(id);
    if (known && !replaces(statement, known)) return;
    this.#sessions.set(id, statement);
    const newest = this.#newestByCamera.get(statement.camera);
    if (!newest || newest.openedAtUs <= statement.openedAtUs) this.#newestByCamera.set(statement.camera, statement);
    this.#newestStatedAtUs = Math.max(this.#newestStatedAtUs, statement.statedAtUs);
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

  /** Microseconds since 1970; undefined when there is no session at all. */
  countFromUs(): number | undefined {
    const ofLastRun = [...this.#newestByCamera.values()].filter(
      (each) => each.statedAtUs >= this.#newestStatedAtUs - sameRunUs,
    );
    return ofLastRun.length === 0 ? undefined : Math.min(...ofLastRun.map((each) => each.openedAtUs));
  }
}

function sessionId(camera: string, session: string): string {
  return `${camera}/${session}`;
}
