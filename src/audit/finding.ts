/** What does not add up, and what each kind means; docs/audit.md says the same at length. */
export const findingKinds = {
  'missing-frame': 'frames that are not in the log though later ones are, or though they were stated as published',
  'doubled-frame': 'frames that stand in the log more than once',
  'wrong-statement': 'statements of capture whose counts do not fit each other or the log',
  'unstated-session': 'sessions with frames of which capture stated nothing',
  'missing-result': 'frames that a detector’s group has committed and that have no result',
  'doubled-result': 'results that a detector gave more than once',
  'result-without-frame': 'results of frames that are not in the log and never were',
  'wrong-reference': 'results whose frame_ref names another place than that of their frame',
  'wrong-picture': 'results whose picture is not that of their frame',
  'skipped-and-answered': 'frames that were stated as skipped and have a result from the same detector',
  'skip-without-frame': 'statements of skipped frames that are not in the log and never were',
  'missing-dead-letter': 'failed results without their record in dead_letters',
  'invalid-record': 'records that break the message contract',
  unreadable: 'records that could not be read',
} as const;
export type FindingKind = keyof typeof findingKinds;

/** One place where something does not add up. */
export interface FoundAt {
  /** `<camera>/<session>/<frame>`, with a detector for results; or the place of a record that has none. */
  id: string;
  /** `<topic>/<partition>/<offset>` of the record that is wrong, of the frame that lacks something, or of the last frame before a hole. */
  ref?: string;
  /** What differs, where the kind alone does not say it. */
  detail?: string;
}

export interface Finding {
  kind: FindingKind;
  camera?: string;
  session?: string;
  detector?: string;
  /** All of them, also when not all are named. */
  count: number;
  named: FoundAt[];
}

/** So many places of one kind, session and detector are named; all are counted. */
export const maxNamed = 10_000;

/** Gathers findings by kind, session and detector. */
export class Findings {
  readonly #byKey = new Map<string, Finding>();

  add(about: Pick<Finding, 'kind' | 'camera' | 'session' | 'detector'>, at: FoundAt): void {
    const { kind, camera = '', session = '', detector = '' } = about;
    const key = `${kind}\n${camera}\n${session}\n${detector}`;
    let finding = this.#byKey.get(key);
    if (!finding) {
      finding = { ...about, count: 0, named: [] };
      this.#byKey.set(key, finding);
    }
    finding.count++;
    if (finding.named.length < maxNamed) finding.named.push(at);
  }

  all(): Finding[] {
    return [...this.#byKey.values()];
  }
}
