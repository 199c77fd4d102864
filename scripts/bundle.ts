// Bundles the command line: `node scripts/bundle.ts`. The sources are hundreds of small files, which Node opens and strips of
// their types at every start; the bundle is a few that are ready to run, one for each thing that is loaded late. The sources
// stay what counts: `bin/bundle.mjs` runs a bundle only while no source differs, and source maps lead back to them.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
// Comes with Vite, which builds the page with it.
import { type Plugin, rolldown } from 'rolldown';
import { type BundleStatement, describeSource, type Source, statementOf } from '../bin/bundle.mjs';

/**
 * Packages that every part loads, with what they need themselves: hundreds of small files in plain JavaScript. All others stay
 * where npm put them.
 */
const inlined = [
  'commander',
  'yaml',
  'typebox',
  'kysely',
  ...['prom-client', '@opentelemetry/api', 'tdigest', 'bintrees'],
  // The Kafka client, and what it needs.
  '@platformatic/kafka',
  '@platformatic/dynamic-buffer',
  ...['ajv', 'ajv-draft-04', 'fast-deep-equal', 'fast-uri', 'json-schema-traverse'],
  ...['avsc', 'debug', 'ms', 'fastq', 'reusify', 'mnemonist', 'obliterator', 'scule'],
];
/** Decide what is taken in, and which versions. */
const deciding = ['package-lock.json', 'scripts/bundle.ts'];
/** A Vigil that runs loads parts from its bundle until it ends: the ones before the last stay for it. */
const keptBundles = 4;

/** Makes the folder `dist/<digest>` from the sources below `root`, and writes down what it was made from. */
export async function bundle(root: string): Promise<void> {
  const folder = join(root, 'dist');
  const draft = join(folder, `draft-${process.pid}`);
  // Taken before anything is read: an edit in the meantime makes the bundle old, not wrong.
  const before = describeSources(root);
  const input = { main: join(root, 'src/cli/main.ts'), 'warm-up': join(root, 'scripts/warm-up.ts') };
  const modules = await writeChunks(root, draft, { input, inlined });
  const sources = Object.fromEntries([...before].filter(([path]) => deciding.includes(path) || modules.has(path)));
  const name = createHash('sha256').update(JSON.stringify(sources)).digest('hex').slice(0, 16);
  moveFolder(draft, join(folder, name));
  state(root, { main: `dist/${name}/main.js`, sources });
  forgetOldBundles(folder);
}

interface Chunks {
  /** The module behind each entry. */
  input: Record<string, string>;
  /** Entries that others import: stack traces are the business of the program around them. */
  libraries?: readonly string[];
  /** Packages that are taken in; all others stay in `node_modules`. */
  inlined: readonly string[];
}

/**
 * Bundles entries into `dir`, which lies two folders below the package that it is part of, as `dist/<name>`.
 *
 * @returns the paths of the sources that went in, from the root
 */
export async function writeChunks(
  root: string,
  dir: string,
  { input, libraries = [], inlined }: Chunks,
): Promise<Set<string>> {
  const build = await rolldown({
    input,
    platform: 'node',
    external: (id) => !id.startsWith('.') && !isAbsolute(id) && !inlined.some((name) => isOf(id, name)),
    plugins: [placesOfSources(root)],
  });
  const { output } = await build.write({
    dir,
    format: 'esm',
    sourcemap: true,
    banner: (chunk) =>
      chunk.isEntry && !libraries.includes(chunk.name) ? "import '../../bin/source-positions.mjs';" : '',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await build.close();
  return new Set(
    output.flatMap((each) => (each.type === 'chunk' ? each.moduleIds : [])).map((id) => relative(root, id)),
  );
}

/** Whether a module is one of the package's. */
function isOf(id: string, name: string): boolean {
  return id === name || id.startsWith(`${name}/`);
}

/**
 * A module finds other files from where its source lies, not from where the bundle does. Modules that run in a process or thread
 * of their own, `new URL('./x.ts', import.meta.url)`, become entries beside the main one.
 */
function placesOfSources(root: string): Plugin {
  return {
    name: 'places-of-sources',
    transform(code, id) {
      if (!id.endsWith('.ts') || !code.includes('import.meta.url')) return null;
      const place = JSON.stringify(`../../${relative(root, id)}`);
      const moved = code
        .replaceAll(/new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g, (_, path: string) => {
          const entry = this.emitFile({ type: 'chunk', id: resolve(dirname(id), path) });
          return `new URL(import.meta.ROLLDOWN_FILE_URL_${entry})`;
        })
        .replaceAll(/import\.meta\.url\b/g, `new URL(${place}, import.meta.url).href`);
      // No line moves.
      return { code: moved, map: null };
    },
  };
}

function describeSources(root: string): Map<string, Source> {
  const names = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).sort();
  const paths = [
    ...deciding,
    'scripts/warm-up.ts',
    ...names.filter((name) => name.endsWith('.ts')).map((name) => `src/${name}`),
  ];
  return new Map(paths.map((path) => [path, describeSource(join(root, path))]));
}

/** The same sources give the same bundle: one that is there already, and may be in use, stays. */
function moveFolder(from: string, to: string): void {
  if (existsSync(to)) rmSync(from, { recursive: true });
  else renameSync(from, to);
}

function state(root: string, statement: BundleStatement): void {
  const path = statementOf(root);
  writeFileSync(`${path}.draft`, JSON.stringify(statement));
  renameSync(`${path}.draft`, path);
}

function forgetOldBundles(folder: string): void {
  const ageOf = (path: string) => statSync(path).mtimeMs;
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const paths = folders.map(({ name }) => join(folder, name)).sort((a, b) => ageOf(b) - ageOf(a));
  for (const path of paths.slice(keptBundles)) rmSync(path, { recursive: true, force: true });
}

if (import.meta.main) await bundle(join(import.meta.dirname, '..'));
