export interface Source {
  sizeBytes: number;
  modifiedMs: number;
  sha256: string;
}

/** What `dist/bundle.json` says; paths from the root. */
export interface BundleStatement {
  main: string;
  sources: Record<string, Source>;
}

export function statementOf(root: string): string;
export function describeSource(path: string): Source;
export function freshBundle(root: string): string | undefined;
