import type { DirectoryCheck } from '../../broker/check/directory-check.ts';

/** Beside 0, and 1 and 2, which every command has for what went wrong and for what it did not understand. */
export const checkExitCodes = { repair: 3, damage: 4 } as const;

/** `vigil broker --check DIR`: says what the next start would repair, and what it could not, without changing anything. */
export async function checkDirectory(path: string, { json = false }: { json?: boolean | undefined }): Promise<void> {
  const { checkDataDirectory } = await import('../../broker/check/check-data-directory.ts');
  const found = await checkDataDirectory(path);
  process.stdout.write(json ? `${JSON.stringify(found)}\n` : describeCheck(found));
  process.exitCode = exitCodeOf(found);
}

function exitCodeOf({ findings }: DirectoryCheck): number {
  if (findings.some(({ kind }) => kind === 'damage')) return checkExitCodes.damage;
  return findings.length > 0 ? checkExitCodes.repair : 0;
}

function describeCheck(found: DirectoryCheck): string {
  const { topics, partitions, segments, batches, records, sizeBytes, groups, transactions } = found;
  const lines = [
    `checked   ${topics} topics, ${partitions} partitions, ${segments} segments: ${records} records in ${batches} batches, ${sizeBytes} bytes`,
    `state     ${groups} groups, ${transactions} transactional ids`,
    ...found.notes.map((note) => `note      ${note}`),
    ...found.findings.map(({ kind, what }) => `${kind.padEnd(10)}${what}`),
    verdictOn(found),
  ];
  return `${lines.join('\n')}\n`;
}

function verdictOn({ path, findings }: DirectoryCheck): string {
  const damaged = findings.filter(({ kind }) => kind === 'damage').length;
  if (damaged > 0)
    return `${path} is damaged in ${damaged} places that no start repairs; keep a copy before anything else`;
  return findings.length === 0
    ? `${path} is in order`
    : `${path} is sound; the next start has ${findings.length} things to do`;
}
