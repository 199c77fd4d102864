import { useState } from 'preact/hooks';

/** In pixels of the picture as it is stored. */
export interface NaturalSize {
  width: number;
  height: number;
}

/** How large a picture is, once it is there, and what its `onLoad` has to call. */
export function useNaturalSize() {
  const [size, setSize] = useState<NaturalSize | undefined>(undefined);
  const onLoad = ({ currentTarget }: { currentTarget: HTMLImageElement }) =>
    setSize({ width: currentTarget.naturalWidth, height: currentTarget.naturalHeight });
  return { size, onLoad };
}
