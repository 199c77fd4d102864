import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where Apache Kafka's classes lie as a JVM has them in memory: half of a start. `node scripts/kafka.ts archive` makes it. */
export function classArchive(libraries: string): string {
  return join(dirname(libraries), 'kafka-classes.jsa');
}

/** For a small JVM that is soon there. */
export function quickJava(heapMb = 256): string[] {
  return [`-Xmx${heapMb}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
}

/**
 * The command of a JVM with Apache Kafka's jars and further folders of classes. It takes the archive of classes where that
 * fits, and is kept from saying among a tool's answers that it does not.
 */
export function javaCommand(
  libraries: string,
  options: readonly string[] = quickJava(),
  folders: readonly string[] = [],
): [string, ...string[]] {
  const archive = classArchive(libraries);
  const shared = existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`, '-Xlog:disable'] : [];
  return ['java', ...options, ...shared, '-cp', [...jarsOf(libraries), ...folders].join(':')];
}

/**
 * Makes the archive of classes from what a broker loads until it is stopped.
 *
 * @param work starts a broker with these options for its JVM, and stops it
 */
export async function makeClassArchive(
  libraries: string,
  work: (javaOptions: readonly string[]) => Promise<void>,
): Promise<void> {
  const archive = classArchive(libraries);
  const draft = `${archive}-${randomUUID()}`;
  await work([...quickJava(384), `-XX:ArchiveClassesAtExit=${draft}`]);
  renameSync(draft, archive);
}

/** Whether the archive is there, and of these jars and this JVM. */
export async function hasClassArchive(libraries: string): Promise<boolean> {
  const archive = classArchive(libraries);
  if (!existsSync(archive)) return false;
  const args = [
    '-XX:+UseSerialGC',
    '-Xshare:on',
    `-XX:SharedArchiveFile=${archive}`,
    '-cp',
    jarsOf(libraries).join(':'),
  ];
  return run('java', [...args, 'kafka.tools.StorageTool', 'random-uuid']).then(
    () => true,
    () => false,
  );
}

/** Written out, in an order of their own: that of a folder is another one on each machine. */
function jarsOf(libraries: string): string[] {
  const names = readdirSync(libraries).filter((name) => name.endsWith('.jar'));
  return names.sort().map((name) => join(libraries, name));
}

/** Compiles a program, once for each state of it. @returns the folder of its classes */
export async function compileJava(source: string, libraries: string): Promise<string> {
  const digest = createHash('sha256').update(libraries).update(readFileSync(source)).digest('hex').slice(0, 16);
  const folder = join(dirname(libraries), 'java-programs', digest);
  if (existsSync(folder)) return folder;
  const draft = `${folder}-${randomUUID()}`;
  mkdirSync(draft, { recursive: true });
  await run('javac', ['-cp', jarsOf(libraries).join(':'), '-d', draft, source]);
  // Another process may have been quicker.
  if (existsSync(folder)) rmSync(draft, { recursive: true });
  else renameSync(draft, folder);
  return folder;
}
