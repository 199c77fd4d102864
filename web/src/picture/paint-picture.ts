import type { LiveFrameHeader } from '../../../src/topics/live-message.ts';
import type { Detection } from '../../../src/topics/result-record.ts';
import type { Picture } from './camera-pictures.ts';

/** Boxes are drawn on pictures, not on the page: one colour that stands out from both day and night. */
const boxColour = '#2fe6b5';
const outlineColour = 'rgb(0 0 0 / 55%)';
const labelTextColour = '#04241b';
const failureColour = '#ff6b62';
const labelPixels = 12;

/** Where a frame lies on a canvas: scaled to fit, centred. */
interface Placement {
  scale: number;
  left: number;
  top: number;
}

/**
 * Draws a frame and the boxes that belong to it in one go, so that no box is ever seen on another frame.
 *
 * @param density device pixels per CSS pixel: lines and letters keep their size whatever the frame's
 */
export function paintPicture(canvas: HTMLCanvasElement, picture: Picture, density: number): void {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context || canvas.width === 0) return;
  const { header, bitmap, others } = picture;
  const placement = place(header, canvas);
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  if (bitmap) {
    context.drawImage(
      bitmap,
      placement.left,
      placement.top,
      header.width * placement.scale,
      header.height * placement.scale,
    );
  }
  for (const detection of [header, ...others].flatMap((each) => each.detections)) {
    paintDetection(context, detection, placement, density);
  }
  if (header.error) paintFailure(context, header.error.code, canvas, density);
  canvas.dataset.frame = `${header.session}/${header.frame}`;
}

function place(header: LiveFrameHeader, canvas: HTMLCanvasElement): Placement {
  const scale = Math.min(canvas.width / header.width, canvas.height / header.height);
  return {
    scale,
    left: Math.round((canvas.width - header.width * scale) / 2),
    top: Math.round((canvas.height - header.height * scale) / 2),
  };
}

function paintDetection(
  context: CanvasRenderingContext2D,
  { label, score, box }: Detection,
  { scale, left, top }: Placement,
  density: number,
): void {
  const x = left + box.x * scale;
  const y = top + box.y * scale;
  const width = box.width * scale;
  const height = box.height * scale;
  context.lineJoin = 'round';
  context.strokeStyle = outlineColour;
  context.lineWidth = 4 * density;
  context.strokeRect(x, y, width, height);
  context.strokeStyle = boxColour;
  context.lineWidth = 2 * density;
  context.strokeRect(x, y, width, height);
  paintLabel(context, `${label} ${Math.round(score * 100)}%`, { x: x - density, y }, boxColour, density);
}

/** Above the point where there is room, else below it. */
function paintLabel(
  context: CanvasRenderingContext2D,
  text: string,
  at: { x: number; y: number },
  colour: string,
  density: number,
): void {
  const padding = 4 * density;
  const height = (labelPixels + 6) * density;
  context.font = `600 ${labelPixels * density}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const width = context.measureText(text).width + 2 * padding;
  const x = Math.max(0, Math.min(at.x, context.canvas.width - width));
  const y = at.y - height >= 0 ? at.y - height : at.y;
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
  context.fillStyle = labelTextColour;
  context.fillText(text, x + padding, y + height / 2 + density / 2);
}

function paintFailure(
  context: CanvasRenderingContext2D,
  code: string,
  canvas: HTMLCanvasElement,
  density: number,
): void {
  paintLabel(
    context,
    `no result for this frame: ${code}`,
    { x: 8 * density, y: canvas.height - 8 * density },
    failureColour,
    density,
  );
}
