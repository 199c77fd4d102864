/** The decoders that a manifest can name. */
export const decoderNames = ['yolox', 'fastestdet', 'centernet', 'yunet', 'blazeface'] as const;
export type DecoderName = (typeof decoderNames)[number];
