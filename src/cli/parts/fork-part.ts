import { type ChildProcess, fork } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import type { PartFault, PartListener, PartProcess, PartSpec } from '../../stage/supervised-part.ts';
import type { OrderToPart, WordFromPart } from './part-channel.ts';

export interface ForkOptions {
  name: string;
  /** The module to run; it calls `hostPart`. */
  module: URL;
  /** Of Node, for this part. */
  nodeOptions?: readonly string[];
  /** Asked at every start: a restarted broker takes the port it had. */
  options: () => unknown;
  /** Given, at every start, what sends further orders to the part. */
  onStart?: (order: (message: OrderToPart) => void) => void;
  /** Told of everything the part says, before supervision acts on it. */
  onWord?: (word: WordFromPart) => void;
  /** Where the part's diagnostics go: straight to standard error, or line by line to this function. */
  onLine?: (line: string) => void;
}

/** A part that runs in a forked process. Its standard output is not ours: it goes where its diagnostics go. */
export function forkPart(fork: ForkOptions): PartSpec {
  return { name: fork.name, spawn: (listener) => spawn(fork, listener) };
}

function spawn(
  { name, module, nodeOptions = [], options, onStart, onWord, onLine }: ForkOptions,
  listener: PartListener,
): PartProcess {
  const output = onLine ? 'pipe' : 2;
  const child = fork(module, {
    execArgv: [...process.execArgv, ...nodeOptions],
    stdio: ['ignore', output, output, 'ipc'],
    // What a part has to say every day is of no interest beside five others.
    env: { VIGIL_LOG_LEVEL: 'warn', ...compileCache(), ...process.env, VIGIL_PART: name },
  });
  const heard: { fault?: PartFault } = {};
  child.on('message', (word: WordFromPart) => {
    onWord?.(word);
    if (word.type === 'ready') listener.ready();
    if (word.type === 'finished') listener.finished();
    if (word.type === 'fault') heard.fault = word.fault;
  });
  whenGone(child, (code, signal) => listener.exited({ code, signal, ...heard }));
  if (onLine) forwardLines(child, onLine);
  order(child, { type: 'start', options: options() });
  onStart?.((message) => order(child, message));
  return {
    stop: () => order(child, { type: 'stop' }),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Parts load their modules from where this process keeps them ready to run. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const directory = getCompileCacheDir();
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory };
}

/** A dead process may still have words on the channel: the part is gone when both are through. */
function whenGone(child: ChildProcess, callback: (code: number | null, signal: string | null) => void): void {
  let exit: { code: number | null; signal: string | null } | undefined;
  let isTold = false;
  const tell = () => {
    if (!exit || child.connected || isTold) return;
    isTold = true;
    callback(exit.code, exit.signal);
  };
  child.on('exit', (code, signal) => {
    exit = { code, signal };
    tell();
  });
  child.on('disconnect', tell);
  child.on('error', () => {
    // An order could not be sent: its exit follows. Without a process there is no exit.
    if (child.pid !== undefined) return;
    exit = { code: null, signal: null };
    isTold = true;
    callback(null, null);
  });
}

function order(child: ChildProcess, message: OrderToPart): void {
  if (child.connected) child.send(message, () => {});
}

function forwardLines(child: ChildProcess, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
  }
}
