import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { CameraAccount } from '../../../src/topics/camera-account.ts';
import type { CameraPictures } from '../picture/camera-pictures.ts';
import { paintPicture } from '../picture/paint-picture.ts';
import { Advice } from './advice.tsx';

/** A camera's newest frame with its boxes; what is missing or wrong is said in the same place, so that nothing moves. */
export function PictureView({ account, pictures }: { account: CameraAccount; pictures: CameraPictures }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isEmpty = usePainting(canvas, pictures);
  return (
    <div class="picture">
      <canvas ref={canvas} role="img" aria-label={`Newest frame of ${account.camera}`} />
      {isEmpty && !account.error && <p class="picture-empty">{emptyText(account)}</p>}
      {account.error && (
        <div class="picture-error" data-tone={account.state === 'failed' ? 'bad' : 'warning'}>
          <b>{account.error.message}</b>
          <Advice text={account.error.next} />
        </div>
      )}
    </div>
  );
}

function emptyText({ state }: CameraAccount): string {
  if (state === 'ended') return 'No picture: results do not carry their frames';
  return state === 'opening' ? 'Opening the source…' : 'Waiting for the first frame…';
}

/** Paints at once whenever a frame comes, outside of rendering. @returns true while there is no frame */
function usePainting(canvas: RefObject<HTMLCanvasElement | null>, pictures: CameraPictures): boolean {
  const [isEmpty, setIsEmpty] = useState(pictures.picture === undefined);
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const paint = () => {
      setIsEmpty(pictures.picture === undefined);
      if (pictures.picture)
        paintPicture(element, pictures.picture, {
          density: window.devicePixelRatio,
          showsJoints: pictures.showsJoints,
        });
    };
    const observer = new ResizeObserver(() => {
      fitToScreen(element);
      paint();
    });
    observer.observe(element);
    const unsubscribe = pictures.subscribe(paint);
    return () => {
      observer.disconnect();
      unsubscribe();
    };
  }, [canvas, pictures]);
  return isEmpty;
}

/** As many pixels as the screen has there: lines and letters stay sharp. */
function fitToScreen(canvas: HTMLCanvasElement): void {
  canvas.width = Math.round(canvas.clientWidth * window.devicePixelRatio);
  canvas.height = Math.round(canvas.clientHeight * window.devicePixelRatio);
}
