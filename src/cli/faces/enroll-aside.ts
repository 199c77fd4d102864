import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fault } from '../../base/errors.ts';
import type { Enrolled } from '../../serve/stored/enroll-route.ts';
import type { EnrollAnswer, EnrollRequest } from './enroll-messages.ts';

const processModule = new URL('./enroll-process.ts', import.meta.url);
const longestMs = 60_000;

/** Enrols photos in processes of their own, one after the other. */
export function enrollAside(brokers: string[]): (name: string, photo: Uint8Array) => Promise<Enrolled> {
  let last: Promise<unknown> = Promise.resolve();
  return (name, photo) => {
    const next = last.then(() => enrollOne(brokers, name, photo));
    last = next.catch(() => {});
    return next;
  };
}

/** @throws FACE_REFUSED, PHOTO_UNREADABLE, MODEL_UNAVAILABLE and what else enrolling can say */
async function enrollOne(brokers: string[], name: string, photo: Uint8Array): Promise<Enrolled> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-enroll-'));
  try {
    const path = join(folder, 'photo');
    await writeFile(path, photo, { mode: 0o600 });
    const { outcome, refusal } = await ask({ brokers, name, photo: path });
    if (refusal) throw fault(refusal.code, refusal.message, { next: refusal.next });
    if (!outcome) throw fault('PART_FAILED', 'enrolling ended without an answer');
    return outcome;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ask(request: EnrollRequest): Promise<EnrollAnswer> {
  const child = fork(processModule, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], timeout: longestMs });
  const answer = once(child, 'message').then(([message]) => message as EnrollAnswer);
  const ended = once(child, 'exit').then((): EnrollAnswer => ({}));
  child.send(request);
  return Promise.race([answer, ended]).finally(() => child.kill());
}
