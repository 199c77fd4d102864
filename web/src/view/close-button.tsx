/** Leads out of a dialog. */
export function CloseButton({ label, title, onClose }: { label: string; title: string; onClose: () => void }) {
  return (
    <button type="button" class="icon-button" aria-label={label} title={title} onClick={onClose}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <path d="M5 5l10 10M15 5 5 15" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" />
      </svg>
    </button>
  );
}
