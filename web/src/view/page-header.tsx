import type { LiveState } from '../live/live-store.ts';
import { ConnectionStatus } from './connection-status.tsx';
import { counted, formatRate } from './format.ts';
import { ProofLine } from './proof-line.tsx';
import { ThemeToggle } from './theme-toggle.tsx';
import { totalsOf } from './totals.ts';

/** Who we are, the proof, the totals, and how the page stands with its server. */
export function PageHeader({ state }: { state: LiveState }) {
  const cameras = state.snapshot?.cameras ?? [];
  return (
    <header class="page-header">
      <h1>
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
          <path d="M5 11V5h6M21 5h6v6M27 21v6h-6M11 27H5v-6" />
          <circle cx="16" cy="16" r="4" />
        </svg>
        {state.hello?.title ?? 'Vigil'}
      </h1>
      <ProofLine cameras={cameras} />
      <p class="totals">
        <span>
          <b>{formatRate(totalsOf(cameras).fps)}</b> fps
        </span>
        <span>{counted(cameras.length, 'camera')}</span>
      </p>
      <ConnectionStatus state={state} />
      <ThemeToggle />
    </header>
  );
}
