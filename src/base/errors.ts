/**
 * Every fault that Vigil throws, in one table. Answers of the Kafka protocol are not faults: they are data and live in
 * `wire/error-codes.ts`.
 *
 * Each row says when the fault occurs and what to do next. `docs/errors.md` holds the same table; a test compares them.
 */
export const faults = {
  USAGE: { when: 'A command line that Vigil does not understand.', next: 'Run the command with --help.', exitCode: 2 },
  CONFIG_NOT_FOUND: {
    when: 'The configuration file named on the command line does not exist.',
    next: 'Check the path, or leave it out to run with the defaults.',
    exitCode: 2,
  },
  CONFIG_INVALID: {
    when: 'A configuration file that is not YAML, or that holds a key or value Vigil does not know.',
    next: 'Correct the line that is named; `vigil config schema` prints what is allowed.',
    exitCode: 2,
  },
  CONFIG_SECRET_MISSING: {
    when: 'The configuration refers to an environment variable that is not set.',
    next: 'Set the variable before starting Vigil.',
    exitCode: 2,
  },
  PORT_IN_USE: {
    when: 'Another process listens on the address.',
    next: 'Stop the other process, or choose another address with --listen (broker) or --http (page).',
    exitCode: 1,
  },
  LISTEN_FAILED: { when: 'The address cannot be listened on.', next: 'Check the host name and the port.', exitCode: 1 },
  DATA_DIRECTORY_IN_USE: {
    when: 'Another running broker holds the lock of the data directory.',
    next: 'Stop the other process, or choose another directory with --data.',
    exitCode: 1,
  },
  DATA_DIRECTORY_UNUSABLE: {
    when: 'The data directory cannot be created, read or written.',
    next: 'Check that the path is a directory and who owns it.',
    exitCode: 1,
  },
  DISK_FULL: {
    when: 'The disk under the data directory has no room left.',
    next: 'Free space or lower the retention; writing goes on by itself once there is room.',
    exitCode: 1,
  },
  STORE_CORRUPT: {
    when: 'The database of events and pictures is damaged, or is no database.',
    next: 'Move the file to another place: Vigil makes a new one and fills it with what the topics still hold.',
    exitCode: 1,
  },
  STORE_NEWER: {
    when: 'A newer version of Vigil has changed the database of events and pictures.',
    next: 'Run that version, or move the file to another place: a new one is filled with what the topics still hold.',
    exitCode: 1,
  },
  STORE_CLOSED: {
    when: 'Events were asked for while their database is not open.',
    next: 'Ask again in a moment; the page and the diagnostics say what it is waiting for.',
    exitCode: 1,
  },
  LOG_CORRUPT: {
    when: 'A log segment holds bytes that are not a record batch, somewhere other than its torn tail.',
    next: 'Keep a copy of the folder; then let recovery truncate it, or restore it from a copy.',
    exitCode: 1,
  },
  LOG_FAILED: {
    when: 'Writing or flushing a log failed; the log refuses further writes.',
    next: 'Check the disk, then restart the broker.',
    exitCode: 1,
  },
  MALFORMED_BYTES: {
    when: 'Bytes from a connection or a file that are not what the Kafka protocol prescribes, or that were cut short.',
    next: 'Check what is connected to the broker: its port speaks the Kafka protocol only.',
    exitCode: 1,
  },
  BROKER_UNREACHABLE: {
    when: 'No Kafka broker answers at the given addresses.',
    next: 'Check --brokers and that the broker is running.',
    exitCode: 1,
  },
  PUBLISH_UNCERTAIN: {
    when: 'The broker has forgotten a producer while nobody knows whether it took the last records.',
    next: 'Read back what the log holds before sending them again; capture does so by itself.',
    exitCode: 1,
  },
  DETECTOR_REPLACED: {
    when: 'Another process has taken over as the same instance of a detector.',
    next: 'Stop one of the two, or give each an instance name of its own.',
    exitCode: 1,
  },
  SOURCE_NOT_FOUND: {
    when: 'A camera source names a file, folder or device that does not exist.',
    next: 'Check the path in the camera’s `source`.',
    exitCode: 1,
  },
  SOURCE_UNREADABLE: {
    when: 'A camera source exists but holds no video that FFmpeg can read.',
    next: 'Try the source with a player; a copy may have been cut short.',
    exitCode: 1,
  },
  SOURCE_UNAUTHORIZED: {
    when: 'The camera refused the user name or password.',
    next: 'Check the user name and the password in the camera’s `source`.',
    exitCode: 1,
  },
  SOURCE_UNREACHABLE: {
    when: 'The camera does not answer at its address.',
    next: 'Check the address and the network; Vigil keeps trying.',
    exitCode: 1,
  },
  SOURCE_SILENT: {
    when: 'The camera is connected but has sent no picture for too long.',
    next: 'Check the camera; Vigil reconnects by itself.',
    exitCode: 1,
  },
  SOURCE_ENDED: {
    when: 'A live camera ended its stream.',
    next: 'Check the camera; Vigil reconnects by itself.',
    exitCode: 1,
  },
  FRAME_UNDECODABLE: {
    when: 'A frame is not a picture that can be decoded.',
    next: 'Look at the record in `dead_letters`.',
    exitCode: 1,
  },
  PHOTO_UNREADABLE: {
    when: 'A photo is not a picture that can be decoded.',
    next: 'Save it again as JPEG or PNG, or choose another one.',
    exitCode: 1,
  },
  FACE_REFUSED: {
    when: 'A photo has no face that people can be recognised by: none, several, or one that is too small, blurred or turned away.',
    next: 'Choose a photo in which one person looks at the camera.',
    exitCode: 1,
  },
  PERSON_UNKNOWN: {
    when: 'Nobody has that name or id.',
    next: '`vigil faces list` names everybody who is known.',
    exitCode: 1,
  },
  FRAME_POISONOUS: {
    when: 'The detector’s process ended each time the model looked at this frame alone.',
    next: 'Look at the record in `dead_letters`; `vigil dead-letters retry` gives it another chance.',
    exitCode: 1,
  },
  NOTIFY_FAILED: {
    when: 'A notifier that was tried out did not take the alarm.',
    next: 'Check its keys under `notify`, and the other side.',
    exitCode: 1,
  },
  ASK_NO_WORKER: {
    when: 'A question was asked that no running detector can answer.',
    next: 'Start a detector that can: `vigil up`, or `vigil detect` with the steps that the task needs.',
    exitCode: 1,
  },
  ASK_TIMEOUT: {
    when: 'Nobody answered a question in time.',
    next: 'Ask again with a longer --timeout; detectors that lag answer late.',
    exitCode: 1,
  },
  ASK_REFUSED: {
    when: 'A picture was asked about that cannot be looked at.',
    next: 'Try the picture with a viewer, or send a smaller one.',
    exitCode: 1,
  },
  RECORD_INVALID: {
    when: 'A record on a topic lacks a header of the message contract, or one has the wrong form.',
    next: 'Check what else writes to the topic; docs/messages.md describes the contract.',
    exitCode: 1,
  },
  MODEL_NOT_FOUND: {
    when: 'A detector names a model that is neither built in nor a file.',
    next: '`vigil models list` shows the names that are known.',
    exitCode: 2,
  },
  MODEL_UNAVAILABLE: {
    when: 'A model could be neither found nor fetched.',
    next: 'Connect to the network once and run `vigil models pull`, or point VIGIL_MODELS at a folder that holds it.',
    exitCode: 1,
  },
  MODEL_INVALID: {
    when: 'A model file is not ONNX, or its checksum differs from its manifest.',
    next: 'Fetch the file again with `vigil models pull`.',
    exitCode: 1,
  },
  MODEL_SHAPE: {
    when: 'The inputs or outputs of a model differ from what its manifest says.',
    next: 'Choose the decoder that fits the model, or correct the manifest.',
    exitCode: 1,
  },
  INFERENCE_FAILED: {
    when: 'The model failed on a frame.',
    next: 'Look at the record in `dead_letters`.',
    exitCode: 1,
  },
  MODEL_SERVER_UNREACHABLE: {
    when: 'The server of a remote model does not answer, or not in time.',
    next: 'Check the address in the detector’s `model` and the server; Vigil keeps trying, and no frame is lost meanwhile.',
    exitCode: 1,
  },
  MODEL_SERVER_FAILED: {
    when: 'The server of a remote model answers with a failure of its own, or refuses the detector.',
    next: 'Read the server’s diagnostics; Vigil keeps trying, and no frame is lost meanwhile.',
    exitCode: 1,
  },
  MODEL_ANSWER_INVALID: {
    when: 'The server of a remote model answers something that is not detections or tensors as agreed.',
    next: 'docs/models.md describes what it has to answer.',
    exitCode: 1,
  },
  PART_FAILED: {
    when: 'A part of Vigil (broker, capture, detect, serve) keeps failing after being restarted.',
    next: 'Read the part’s own message above.',
    exitCode: 1,
  },
  INCOMPLETE: {
    when: 'A run ended in which frames in and results out differ.',
    next: 'The table names the camera and the reason.',
    exitCode: 1,
  },
  AUDIT_MISMATCH: {
    when: '`vigil audit` found frames, results or statements that do not add up.',
    next: 'Each place is named above by frame id and offset; --json names them all.',
    exitCode: 1,
  },
  OPTIONAL_PART_MISSING: {
    when: 'A feature needs an optional package that is not installed.',
    next: 'Install the package that is named.',
    exitCode: 1,
  },
} as const satisfies Record<string, { when: string; next: string; exitCode: number }>;

export type FaultCode = keyof typeof faults;

/** A fault: what was found, where (in `message`), what to do (`next`). */
export class VigilError extends Error {
  override readonly name = 'VigilError';
  readonly code: FaultCode;
  readonly next: string;
  readonly exitCode: number;

  constructor(code: FaultCode, message: string, options: { next?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.next = options.next ?? faults[code].next;
    this.exitCode = faults[code].exitCode;
  }
}

/**
 * Makes a fault.
 *
 * @param message what was found and where, with both values where two disagree; no advice (that is `next`)
 * @param options.next advice that is better than the table's for this very case
 */
export function fault(
  code: FaultCode,
  message: string,
  options: { next?: string | undefined; cause?: unknown } = {},
): VigilError {
  const { next, cause } = options;
  return new VigilError(code, message, {
    ...(next === undefined ? {} : { next }),
    ...(cause === undefined ? {} : { cause }),
  });
}

export function isFault(error: unknown, code?: FaultCode): error is VigilError {
  return error instanceof VigilError && (code === undefined || error.code === code);
}

/** The system's error code (`ENOSPC`, `EADDRINUSE` …) of anything thrown, or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** No room on the disk, or none left to this user: what freeing space mends. */
export function isDiskFull(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** What a person reads: message, then advice. */
export function describeError(error: unknown): string {
  if (error instanceof VigilError) return `${error.message}\n  ${error.next} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
