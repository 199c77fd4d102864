// Makes a fresh clone ready to run, once, and is quick afterwards. Plain JavaScript that any Node from 20.19 runs:
// it is what brings Node 24 in (the package `node` puts it into node_modules/.bin, which npm scripts find first).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshBundle } from '../bin/bundle.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = join(root, 'node_modules/.bin/node');
const say = (text) => process.stderr.write(`vigil: ${text}\n`);

/** A digest over files and everything below folders, names and contents. */
function digest(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    const entries = readdirSync(full, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name === 'dist' || entry.name === 'node_modules') continue;
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory()) add(child);
      else hash.update(child).update(readFileSync(join(root, child)));
    }
  };
  for (const path of paths) {
    if (path.endsWith('/')) add(path.slice(0, -1));
    else if (existsSync(join(root, path))) hash.update(path).update(readFileSync(join(root, path)));
  }
  return hash.digest('hex');
}

/** Does `work` unless its inputs are those of the last time. */
function once(stampPath, inputs, isThere, work) {
  const stamp = join(root, stampPath);
  const wanted = digest(inputs);
  if (isThere() && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  work();
  writeFileSync(stamp, wanted);
}

function run(command, args) {
  execFileSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    shell: process.platform === 'win32',
    // onnxruntime-node's install script fetches GPU libraries that a CPU does not need and that fail without a network.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
}

/** Only a matter of speed: whatever becomes of it, Vigil runs from its sources. */
function quicken(work) {
  try {
    work();
  } catch (error) {
    say(`starts will be slower: ${error.message}`);
  }
}

/** What is warmed up is what will run. */
function warmUp() {
  const main = freshBundle(root);
  return main ? join(dirname(main), 'warm-up.js') : join(root, 'scripts/warm-up.ts');
}

try {
  once(
    'node_modules/.vigil-setup',
    // Names all packages that package.json does, and is not written anew when a script changes.
    ['package-lock.json'],
    () => existsSync(node),
    () => {
      say('installing packages (once) …');
      run('npm', ['ci', '--loglevel=error', '--no-audit', '--no-fund']);
    },
  );
  once(
    'node_modules/.vigil-page',
    ['web/', 'src/topics/', 'package-lock.json'],
    () => existsSync(join(root, 'web/dist/index.html')),
    () => {
      if (!existsSync(join(root, 'web/index.html'))) return;
      say('building the page (once) …');
      run(node, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn', join(root, 'web')]);
    },
  );
  quicken(() => {
    if (!freshBundle(root)) run(node, [join(root, 'scripts/bundle.ts')]);
  });
  once(
    'node_modules/.vigil-warm',
    // What was kept compiled is known by where it lies, and a new bundle lies elsewhere.
    ['package-lock.json', 'dist/bundle.json'],
    () => true,
    () => quicken(() => run(node, [warmUp()])),
  );
} catch (error) {
  say(`the set-up failed: ${error.message}`);
  say('check the network and the disk, then run the command again (npm run setup shows the details)');
  process.exit(1);
}
