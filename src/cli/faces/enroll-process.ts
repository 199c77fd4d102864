import { isFault } from '../../base/errors.ts';
import type { EnrollAnswer, EnrollRequest } from './enroll-messages.ts';

/** Enrols one photo and ends: models that look at what strangers upload run in no process that others need. */
process.once('message', async ({ brokers, name, photo }: EnrollRequest) => {
  const answer = await work(brokers, name, photo).catch((error: unknown): EnrollAnswer => {
    if (!isFault(error)) throw error;
    const { code, message, next } = error;
    return { refusal: { code, message, next } };
  });
  process.send?.(answer);
});
// Whoever asked has its answer, or is gone.
process.once('disconnect', () => process.exit());

async function work(brokers: string[], name: string, photo: string): Promise<EnrollAnswer> {
  const { enroll } = await import('./enroll.ts');
  const { openPeopleDesk } = await import('./people-desk.ts');
  const outcome = await enroll(await openPeopleDesk(brokers), name, { photos: [photo] });
  return {
    outcome: {
      person: outcome.person,
      name: outcome.name,
      ...(outcome.looksLike ? { looksLike: outcome.looksLike } : {}),
    },
  };
}
