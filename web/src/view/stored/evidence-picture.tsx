import type { Box } from '../../../../src/topics/result-record.ts';
import type { PictureState } from '../../../../src/topics/stored.ts';
import { FaceCut } from './face-cut.tsx';
import { useNaturalSize } from './natural-size.ts';

interface EvidencePictureProps {
  src: string;
  state: PictureState | 'none';
  alt: string;
  /** In pixels of the frame. */
  box?: Box | undefined;
  /** A face that it shows, to be seen larger beside it. */
  face?: { box: Box; alt: string } | undefined;
}

const missing: Record<Exclude<PictureState, 'kept'> | 'none', string> = {
  wanted: 'being fetched',
  gone: 'not in the log any more',
  expired: 'made room for newer ones',
  erased: 'erased',
  none: 'no picture',
};

/** The frame that shows something, with the box over it. */
export function EvidencePicture({ src, state, alt, box, face }: EvidencePictureProps) {
  const { size, onLoad } = useNaturalSize();
  if (state !== 'kept') return <div class="evidence evidence-missing">{missing[state]}</div>;
  return (
    <div class="evidence">
      <img src={src} alt={alt} loading="lazy" decoding="async" onLoad={onLoad} />
      {size && box && (
        <svg viewBox={`0 0 ${size.width} ${size.height}`} preserveAspectRatio="xMidYMid slice" aria-hidden="true">
          <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="2" />
        </svg>
      )}
      {face && <FaceCut src={src} {...face} />}
    </div>
  );
}
