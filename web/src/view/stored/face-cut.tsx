import type { Box } from '../../../../src/topics/result-record.ts';
import { type NaturalSize, useNaturalSize } from './natural-size.ts';

interface FaceCutProps {
  /** Of the whole frame: whoever has it already fetches nothing more. */
  src: string;
  /** Of the face, in pixels of the frame. */
  box: Box;
  alt: string;
}

/** What is shown around a face, as a share of its box. */
const margin = 0.45;

/** A face, cut out of its frame where it is shown: no second picture has to be kept, and erased. */
export function FaceCut({ src, box, alt }: FaceCutProps) {
  const { size, onLoad } = useNaturalSize();
  return (
    <span class="face-cut">
      <img
        src={src}
        alt={alt}
        loading="lazy"
        decoding="async"
        style={size ? placeOf(box, size) : { opacity: 0 }}
        onLoad={onLoad}
      />
    </span>
  );
}

/** Where the frame lies so that a square around the face fills the place: shares of that square's edge. */
function placeOf({ x, y, width, height }: Box, frame: NaturalSize) {
  const side = Math.min((1 + 2 * margin) * Math.max(width, height), frame.width, frame.height);
  const left = within(x + width / 2 - side / 2, frame.width - side);
  const top = within(y + height / 2 - side / 2, frame.height - side);
  const percent = (length: number) => `${(100 * length) / side}%`;
  return { width: percent(frame.width), left: percent(-left), top: percent(-top) };
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
