import type { ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CameraDetail } from './camera-detail.tsx';

type CameraDialogProps = Omit<ComponentProps<typeof CameraDetail>, 'onEnlarge' | 'children'> & { onClose: () => void };

/** One camera over the whole window. Escape closes it, and the focus goes back to where it was. */
export function CameraDialog({ onClose, ...detail }: CameraDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="dialog" aria-label={`Camera ${detail.account.camera}, enlarged`} onClose={onClose}>
      <CameraDetail {...detail}>
        <button
          type="button"
          class="icon-button"
          aria-label="Back to all cameras"
          title="Back (Esc)"
          onClick={() => dialog.current?.close()}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path
              d="M5 5l10 10M15 5 5 15"
              fill="none"
              stroke="currentColor"
              stroke-width="1.6"
              stroke-linecap="round"
            />
          </svg>
        </button>
      </CameraDetail>
    </dialog>
  );
}
