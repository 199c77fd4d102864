// Makes the package that other projects install: `npm run pack` writes vigil-<version>.tgz into the current folder. Node strips
// no types below `node_modules`, so the package holds the command line and the broker as JavaScript, with declarations for
// TypeScript; nothing is built where it is installed.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statementOf } from '../bin/bundle.mjs';
import { writeChunks } from './bundle.ts';

const root = join(import.meta.dirname, '..');
/** What stands in the package as it does here. */
const copied = [
  ...['bin/vigil.mjs', 'bin/bundle.mjs', 'bin/source-positions.mjs', 'web/dist', 'models'],
  ...['README.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE', 'docs/third-party.md', 'docs/kafka-in-your-tests.md'],
];

/** Writes everything that the package holds into `folder`. */
export async function layOutPackage(folder: string): Promise<void> {
  if (!existsSync(join(root, 'web/dist/index.html'))) throw new Error('the page is not built: run npm run setup first');
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true });
  const input = { main: join(root, 'src/cli/main.ts'), broker: join(root, 'src/broker/index.ts') };
  // No package is taken in: each keeps its own licence beside its own code.
  await writeChunks(root, join(folder, 'dist/0'), { input, libraries: ['broker'], inlined: [] });
  // There are no sources that could have changed since.
  writeFileSync(statementOf(folder), JSON.stringify({ main: 'dist/0/main.js', sources: {} }));
  writeDeclarations(join(folder, 'types'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
}

/** What the package says of itself: that of the project, without what only serves to develop it. */
function manifest(): object {
  const { name, version, description, license, type, bin, dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  ) as Record<string, unknown>;
  return {
    ...{ name, version, description, license, type, bin },
    exports: { './broker': { types: './types/broker/index.d.ts', default: './dist/0/broker.js' } },
    engines: { node: '>=24' },
    ...{ dependencies, optionalDependencies },
  };
}

/** Declarations of the broker and of all that its interface names. */
function writeDeclarations(outDir: string): void {
  const project = join(outDir, '..', 'declarations.json');
  const compilerOptions = {
    ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, outDir, rootDir: join(root, 'src') },
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const files = [join(root, 'src/broker/index.ts')];
  writeFileSync(project, JSON.stringify({ extends: join(root, 'tsconfig.json'), files, include: [], compilerOptions }));
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], { stdio: ['ignore', 2, 'inherit'] });
  rmSync(project);
}

async function pack(into: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-pack-'));
  try {
    await layOutPackage(folder);
    // It says the name of the file.
    execFileSync('npm', ['pack', '--silent', '--pack-destination', into], {
      cwd: folder,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) await pack(process.cwd());
