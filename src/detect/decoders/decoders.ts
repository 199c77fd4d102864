import { blazeface } from './blazeface.ts';
import { centernet } from './centernet.ts';
import type { Decoder } from './decoder.ts';
import type { DecoderName } from './decoder-names.ts';
import { fastestdet } from './fastestdet.ts';
import { yolox } from './yolox.ts';
import { yunet } from './yunet.ts';

export const decoders: Readonly<Record<DecoderName, Decoder>> = { yolox, fastestdet, centernet, yunet, blazeface };
