import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** The release of Apache Kafka that the definitions follow. */
const kafkaVersion = '4.3.1';

/**
 * Finds a jar of Apache Kafka, or fetches it into the local Maven repository when Maven is installed and has a network.
 *
 * @returns undefined when there is no way to get it
 */
export function jarOf(artifact: string): string | undefined {
  const found = findJar(artifact);
  if (found) return found;
  const coordinates = `org.apache.kafka:${artifact}:${kafkaVersion}`;
  try {
    const goal = ['-q', '-B', 'dependency:get', `-Dartifact=${coordinates}`, '-Dtransitive=false'];
    execFileSync('mvn', goal, { stdio: 'ignore', timeout: 60_000 });
  } catch {
    return undefined;
  }
  return findJar(artifact);
}

/**
 * Finds a jar of Apache Kafka: below VIGIL_KAFKA_LIBS, where `.ci/run` puts them, or in the local Maven repository.
 *
 * @param artifact such as `kafka-clients`; VIGIL_KAFKA_CLIENTS_JAR names the file of that one outright
 */
function findJar(artifact: string): string | undefined {
  const named = process.env.VIGIL_KAFKA_CLIENTS_JAR;
  if (artifact === 'kafka-clients' && named) return named;
  const libraries = process.env.VIGIL_KAFKA_LIBS ?? join(homedir(), '.cache/vigil-ci/kafka-libs');
  const repository = join(homedir(), '.m2/repository/org/apache/kafka', artifact);
  const fileName = `${artifact}-${kafkaVersion}.jar`;
  return [libraries, repository]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => globSync(`${folder}/**/${fileName}`))
    .at(0);
}

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** Texts of the files in a jar whose names begin with `prefix` and end with `suffix`, by name. */
export function readJar(path: string, prefix: string, suffix: string): Map<string, string> {
  const zip = readFileSync(path);
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || zip.readUInt32LE(end) !== endOfDirectory) throw new Error(`${path} is not a jar`);
  const texts = new Map<string, string>();
  let at = zip.readUInt32LE(end + 16);
  while (zip.readUInt32LE(at) === directoryEntry) {
    const nameBytes = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameBytes);
    if (name.startsWith(prefix) && name.endsWith(suffix)) texts.set(name, textOf(zip, at));
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return texts;
}

function textOf(zip: Buffer, entry: number): string {
  const isDeflated = zip.readUInt16LE(entry + 10) === 8;
  const sizeBytes = zip.readUInt32LE(entry + 20);
  const local = zip.readUInt32LE(entry + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const data = zip.subarray(start, start + sizeBytes);
  return (isDeflated ? inflateRawSync(data) : data).toString('utf8');
}
