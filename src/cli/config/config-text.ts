import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { ConfigPath, Problem } from './problem.ts';

/** The text of a configuration file: its values, and where each of them stands. */
export interface ConfigText {
  /** With every `${NAME}` replaced; null and undefined for an empty file. */
  value: unknown;
  /** What is wrong with the text itself. */
  problems: Problem[];
  /** Values of the environment variables that were put in: never to be shown. */
  secrets: string[];
  /** Line and column of a value, or of its key; of the nearest enclosing place when it is not there. */
  locate(path: ConfigPath, part: 'key' | 'value'): { line: number; column: number };
}

/**
 * Parses YAML and puts the environment in: `${NAME}` in any text value; `$${` stands for a plain `${`.
 *
 * @param environment what `${NAME}` refers to
 */
export function readConfigText(text: string, environment: Readonly<Record<string, string | undefined>>): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: Problem[] = document.errors.map((error) => ({ ...at(error.pos[0]), message: error.message }));
  const secrets: string[] = [];
  if (problems.length === 0) {
    visit(document, {
      Scalar(key, node) {
        if (key === 'key' || typeof node.value !== 'string') return;
        const filled = fillIn(node.value, environment);
        node.value = filled.text;
        secrets.push(...filled.secrets);
        const place = at(node.range?.[0] ?? 0);
        problems.push(...filled.problems.map((problem) => ({ ...place, ...problem })));
      },
    });
  }
  return {
    value: problems.some((problem) => !problem.isMissingSecret) ? undefined : document.toJS(),
    problems,
    secrets,
    locate: (path, part) => at(offsetOf(document, path, part)),
  };
}

interface Filled {
  text: string;
  secrets: string[];
  problems: { message: string; isMissingSecret?: boolean }[];
}

function fillIn(text: string, environment: Readonly<Record<string, string | undefined>>): Filled {
  const filled: Filled = { text: '', secrets: [], problems: [] };
  filled.text = text.replace(/\$\$\{|\$\{([^}]*)(\}?)/g, (whole, name: string | undefined, end: string | undefined) => {
    if (whole === '$${') return '${';
    if (name === undefined || end !== '}' || !/^[A-Za-z_]\w*$/.test(name)) {
      filled.problems.push({ message: `found ${JSON.stringify(whole)}, expected \${NAME} (or $\${ for a plain \${)` });
      return '';
    }
    const value = environment[name];
    if (value === undefined) {
      filled.problems.push({ message: `the environment variable ${name} is not set`, isMissingSecret: true });
      return whole;
    }
    if (value !== '') filled.secrets.push(value);
    return value;
  });
  return filled;
}

function offsetOf(document: Document, path: ConfigPath, part: 'key' | 'value'): number {
  let node = follow(document, document.contents);
  let offset = node?.range?.[0] ?? 0;
  for (const [index, key] of path.entries()) {
    const step = stepInto(document, node, key);
    if (!step) return offset;
    node = follow(document, step.value);
    const wanted = index === path.length - 1 && part === 'key' ? step.key : (node ?? step.key);
    offset = wanted?.range?.[0] ?? offset;
  }
  return offset;
}

function stepInto(
  document: Document,
  node: Node | null,
  key: string | number,
): { key: Node | null; value: unknown } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return item === undefined ? undefined : { key: follow(document, item), value: item };
  }
  if (!isMap(node)) return undefined;
  for (const pair of node.items) {
    if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(key)) {
      return { key: pair.key, value: pair.value };
    }
  }
  return undefined;
}

/** The node that an alias stands for; any other node itself. */
function follow(document: Document, node: unknown): Node | null {
  if (isAlias(node)) return node.resolve(document) ?? null;
  return isMap(node) || isSeq(node) || isScalar(node) ? node : null;
}
