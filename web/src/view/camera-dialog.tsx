import type { ComponentProps } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { CameraDetail } from './camera-detail.tsx';
import { CloseButton } from './close-button.tsx';

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
        <CloseButton label="Back to all cameras" title="Back (Esc)" onClose={() => dialog.current?.close()} />
      </CameraDetail>
    </dialog>
  );
}
