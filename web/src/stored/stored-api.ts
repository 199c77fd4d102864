/** What the page's server answers when it refuses. */
interface Problem {
  message: string;
}

/** @throws Error with what the server says, in words for people */
export async function getJson<T>(path: string): Promise<T> {
  return answerOf<T>(await fetch(path));
}

/** Says something that goes into the log. @throws Error as above */
export async function sendJson(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  await answerOf(await fetch(path, { method, ...content }));
}

/** Hands a photo over. @throws Error as above */
export async function sendPhoto(path: string, photo: File): Promise<{ looksLike?: { name: string } }> {
  return answerOf(await fetch(path, { method: 'POST', body: photo, headers: { 'content-type': photo.type } }));
}

async function answerOf<T>(answer: Response): Promise<T> {
  if (answer.ok) return (await answer.json()) as T;
  const problem = (await answer.json().catch(() => undefined)) as Problem | undefined;
  throw new Error(problem?.message ?? `The server answers ${answer.status}`);
}
