// `npm run bench` lists the questions; `npm run bench -- pipeline latency` answers some; `npm run bench -- all` answers all.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const scripts = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.ts') && name !== 'run.ts')
  .map((name) => name.slice(0, -3));
const named = process.argv.slice(2);
const chosen = named.includes('all') ? scripts : named;

for (const name of chosen) {
  if (!scripts.includes(name)) throw new Error(`There is no benchmark "${name}"; there are ${scripts.join(', ')}`);
  process.stdout.write(`\n— ${name}\n`);
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
if (chosen.length === 0) {
  process.stdout.write('npm run bench -- <name> … | all\n\n');
  for (const name of scripts) {
    const comment = /^\/\/ (.*)$/m.exec(readFileSync(join(import.meta.dirname, `${name}.ts`), 'utf8'))?.[1] ?? '';
    process.stdout.write(`  ${name.padEnd(16)} ${comment}\n`);
  }
}
