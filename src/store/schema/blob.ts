import { sql } from 'kysely';

/** The type of a column of bytes; PostgreSQL calls it bytea. */
export const blob = sql`blob`;
