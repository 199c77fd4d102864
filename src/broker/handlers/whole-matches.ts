import { createContext, Script } from 'node:vm';

/** Some expressions take for ever on some texts; nobody else is answered meanwhile. */
const longestMs = 500;
const script = new Script('JSON.stringify(texts.filter((text) => expression.test(text)))');

/**
 * Which texts a client's regular expression fits from beginning to end.
 *
 * @returns undefined when the expression is none, or has taken too long
 */
export function wholeMatches(pattern: string, texts: readonly string[]): ReadonlySet<string> | undefined {
  try {
    const expression = new RegExp(`^(?:${pattern})$`, 'u');
    const matching: unknown = script.runInContext(createContext({ expression, texts }), { timeout: longestMs });
    return new Set(JSON.parse(String(matching)));
  } catch {
    return undefined;
  }
}
