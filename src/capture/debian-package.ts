import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

export interface DebianFileOptions {
  packageName: string;
  /** Name of the file wanted, without its folder; may lie in the package with `.gz` behind it. */
  fileName: string;
  /** Where it goes; nothing is there before it is complete and its checksum right. */
  path: string;
  sha256: string;
}

const stallTimeoutMs = 8000;
const totalTimeoutMs = 120_000;

/**
 * Takes one file out of a package of Debian or Ubuntu without installing it and without root.
 *
 * @throws Error when there is no apt, the package is unknown, or nothing comes for 8 s
 */
export async function unpackFromDebianPackage({
  packageName,
  fileName,
  path,
  sha256,
}: DebianFileOptions): Promise<void> {
  const folder = await mkdtemp(join(dirname(path), 'package-'));
  try {
    await run('apt-get', ['-qq', '-o', 'Acquire::Retries=0', 'download', packageName], folder, stallTimeoutMs);
    const archive = (await readdir(folder)).find((name) => name.endsWith('.deb'));
    if (!archive) throw new Error(`apt-get downloaded no package ${packageName}`);
    // Only the wanted file: the whole package is several times as large as its archive.
    const extract = 'dpkg-deb --fsys-tarfile "$1" | tar -x --wildcards --no-anchored "$2" "$2.gz" 2>/dev/null || true';
    await run('sh', ['-c', extract, 'sh', archive, fileName], folder, totalTimeoutMs);
    const file = await plainFile(folder, fileName);
    const found = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    if (found !== sha256) throw new Error(`${fileName} in ${archive} has the sha256 ${found}, expected ${sha256}`);
    await rename(file, path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The extracted file, unpacked when it came as `.gz`. */
async function plainFile(folder: string, fileName: string): Promise<string> {
  const names = await readdir(folder, { recursive: true });
  const plain = names.find((name) => name.endsWith(`/${fileName}`));
  if (plain) return join(folder, plain);
  const packed = names.find((name) => name.endsWith(`/${fileName}.gz`));
  if (!packed) throw new Error(`the package holds no ${fileName}`);
  const file = join(folder, fileName);
  await pipeline(createReadStream(join(folder, packed)), createGunzip(), createWriteStream(file));
  return file;
}

/** Runs a command; ends it when its folder has not grown for `stallMs`, or it takes too long altogether. */
function run(command: string, parameters: string[], folder: string, stallMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: totalTimeoutMs,
    });
    let complaint = '';
    child.stderr.on('data', (data: Buffer) => {
      complaint = `${complaint}${data.toString('utf8')}`.slice(-2000);
    });
    const stopWatching = watchGrowth(folder, stallMs, () => child.kill());
    child.once('error', (error) => {
      stopWatching();
      reject(error);
    });
    child.once('close', (code, signal) => {
      stopWatching();
      const reason = signal ? 'nothing came in time' : (complaint.trim().split('\n').at(-1) ?? '');
      if (code === 0) resolve();
      else reject(new Error(`${command}: ${reason || `exit code ${code}`}`));
    });
  });
}

function watchGrowth(folder: string, stallMs: number, onStall: () => void): () => void {
  let sizeBytes = 0;
  const timer = setInterval(async () => {
    const now = await folderSize(folder).catch(() => sizeBytes + 1);
    if (now === sizeBytes) onStall();
    sizeBytes = now;
  }, stallMs);
  return () => clearInterval(timer);
}

/** Bytes in files of a folder, partial downloads included. */
async function folderSize(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(entries.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
