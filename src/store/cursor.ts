/** A place between two rows of a list that is sorted by time and id, newest first. */
export interface Cursor {
  atUs: number;
  id: string;
}

/** Opaque to whoever pages: rows that come or go meanwhile move nothing that was seen already. */
export function encodeCursor({ atUs, id }: Cursor): string {
  return Buffer.from(`${atUs} ${id}`).toString('base64url');
}

/** @returns undefined when the text was not made by `encodeCursor` */
export function decodeCursor(text: string): Cursor | undefined {
  const match = /^(\d{1,16}) (.+)$/s.exec(Buffer.from(text, 'base64url').toString('utf8'));
  return match?.[2] === undefined ? undefined : { atUs: Number(match[1]), id: match[2] };
}
