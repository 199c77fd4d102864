import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** The process and everything it started, at any depth (Linux). */
export function processTree(pid: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readProcessFile(Number(name), 'status'))?.[1] ?? -1);
      return parent < 0 ? [] : [[Number(name), parent] as const];
    });
  const tree = [pid];
  for (const each of tree) tree.push(...parents.filter(([, parent]) => parent === each).map(([child]) => child));
  return tree;
}

/** What a process calls itself, or its command line; empty when it is gone. */
export function commandOf(pid: number): string {
  return readProcessFile(pid, 'cmdline').replaceAll('\0', ' ').trim();
}

/** Resident memory in MB; 0 for a process that is gone. */
export function residentMb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readProcessFile(pid, 'status'))?.[1] ?? 0) / 1024;
}

/** Processor time that the process has used so far, all its threads, milliseconds; 0 for one that is gone. */
export function processorMs(pid: number): number {
  const [user = 0, system = 0] = statFields(pid).slice(11, 13).map(Number);
  return ((user + system) * 1000) / ticksPerSecond;
}

/** When a process began, in ticks since the machine did: a later process of the same number began later. Empty when it is gone. */
export function beganAt(pid: number): string {
  return statFields(pid)[19] ?? '';
}

export function isRunning(pid: number): boolean {
  const state = /^State:\s+(\S)/m.exec(readProcessFile(pid, 'status'))?.[1];
  return state !== undefined && state !== 'Z';
}

/** What `/proc/<pid>/stat` holds behind the name of the process; the name, in brackets, may hold anything. */
function statFields(pid: number): string[] {
  const [, afterName = ''] = /\) (.*)$/s.exec(readProcessFile(pid, 'stat')) ?? [];
  return afterName.split(' ');
}

function readProcessFile(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}
