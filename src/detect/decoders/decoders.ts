import { centernet } from './centernet.ts';
import type { Decoder } from './decoder.ts';
import type { DecoderName } from './decoder-names.ts';
import { fastestdet } from './fastestdet.ts';
import { yolox } from './yolox.ts';

export const decoders: Readonly<Record<DecoderName, Decoder>> = { yolox, fastestdet, centernet };
