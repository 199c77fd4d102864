import type { Joint } from '../../../src/topics/joints.ts';
import type { LiveFrameHeader } from '../../../src/topics/live-message.ts';
import type { Box, Detection } from '../../../src/topics/result-record.ts';
import { boneLines, leastHeight } from './bone-lines.ts';
import type { Picture } from './camera-pictures.ts';
import { paintScene } from './paint-scene.ts';
import { trackNumbers } from './track-numbers.ts';

/** Boxes are drawn on pictures, not on the page: one colour that stands out from both day and night. */
const boxColour = '#2fe6b5';
const outlineColour = 'rgb(0 0 0 / 55%)';
const labelTextColour = '#04241b';
const boneColour = '#ffffff';
const failureColour = '#ff6b62';
const stillColour = '#c8d0ce';
/** A canvas narrower than this, in CSS pixels, is a tile: its lines are finer. */
const tilePixels = 520;

/** What painting needs to know of its canvas. */
interface Surface {
  context: CanvasRenderingContext2D;
  /** Where the frame lies: scaled to fit, centred; in device pixels. */
  scale: number;
  left: number;
  top: number;
  /** Device pixels of a line, a label's letters. */
  linePixels: number;
  letterPixels: number;
  /** Labels drawn so far: none is drawn over another. */
  labels: Box[];
}

/**
 * Draws a frame and the boxes that belong to it in one go, so that no box is ever seen on another frame.
 *
 * @param density device pixels per CSS pixel: lines and letters keep their size whatever the frame's
 */
export function paintPicture(
  canvas: HTMLCanvasElement,
  picture: Picture,
  { density, showsJoints }: { density: number; showsJoints: boolean },
): void {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context || canvas.width === 0) return;
  const { header, bitmap, others, scene, joints } = picture;
  const surface = surfaceOf(context, header, density);
  const { scale, left, top } = surface;
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  if (bitmap) context.drawImage(bitmap, left, top, header.width * scale, header.height * scale);
  const size = { width: header.width * scale, height: header.height * scale };
  paintScene(context, scene, { left, top, ...size, linePixels: surface.linePixels });
  const detections = [header, ...others].flatMap((each) => each.detections).sort((a, b) => b.score - a.score);
  for (const { box } of detections) paintBox(surface, box);
  if (showsJoints) {
    const isLarge = ({ box }: Detection) => box.height * scale >= leastHeight * density;
    for (const [detection, each] of joints) if (isLarge(detection)) paintBones(surface, each);
  }
  const numbers = trackNumbers(header);
  for (const detection of detections) paintName(surface, detection, numbers.get(detection));
  if (header.error) paintRemark(surface, `no result for this frame: ${header.error.code}`, failureColour);
  else if (header.gated) paintRemark(surface, 'nothing moves: not looked at', stillColour);
  canvas.dataset.frame = `${header.session}/${header.frame}`;
}

function surfaceOf(context: CanvasRenderingContext2D, header: LiveFrameHeader, density: number): Surface {
  const { width, height } = context.canvas;
  const scale = Math.min(width / header.width, height / header.height);
  const isTile = width / density < tilePixels;
  return {
    context,
    scale,
    left: Math.round((width - header.width * scale) / 2),
    top: Math.round((height - header.height * scale) / 2),
    linePixels: (isTile ? 1.5 : 2) * density,
    letterPixels: (isTile ? 11 : 12.5) * density,
    labels: [],
  };
}

/** From frame pixels to device pixels. */
function onSurface({ scale, left, top }: Surface, box: Box): Box {
  return { x: left + box.x * scale, y: top + box.y * scale, width: box.width * scale, height: box.height * scale };
}

function paintBox(surface: Surface, box: Box): void {
  const { context, linePixels } = surface;
  const { x, y, width, height } = onSurface(surface, box);
  context.lineJoin = 'round';
  // A dark line below the bright one keeps the box visible on bright ground.
  for (const [colour, pixels] of [
    [outlineColour, 2 * linePixels],
    [boxColour, linePixels],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = pixels;
    context.strokeRect(x, y, width, height);
  }
}

/** Lines between joints, bright over dark as boxes are. */
function paintBones({ context, scale, left, top, linePixels }: Surface, joints: readonly Joint[]): void {
  const at = ([x, y]: Joint): [number, number] => [left + x * scale, top + y * scale];
  const { lines, points } = boneLines(joints);
  context.lineCap = 'round';
  context.beginPath();
  for (const [from, to] of lines) {
    context.moveTo(...at(from));
    context.lineTo(...at(to));
  }
  for (const [colour, pixels] of [
    [outlineColour, 2 * linePixels],
    [boneColour, linePixels],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = pixels;
    context.stroke();
  }
  context.fillStyle = boxColour;
  for (const joint of points) {
    context.beginPath();
    context.arc(...at(joint), 1.3 * linePixels, 0, 2 * Math.PI);
    context.fill();
  }
}

function paintName(surface: Surface, { label, score, box }: Detection, number: number | undefined): void {
  const { x, y } = onSurface(surface, box);
  const track = number === undefined ? '' : ` #${number}`;
  paintLabel(surface, `${label}${track} ${Math.round(score * 100)}%`, { x: x - surface.linePixels / 2, y }, boxColour);
}

/** Above the point where there is room, else below it; left out where a more certain one is in the way. */
function paintLabel(surface: Surface, text: string, at: { x: number; y: number }, colour: string): void {
  const { context, letterPixels, labels } = surface;
  context.font = `600 ${letterPixels}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const padding = letterPixels / 3;
  const height = letterPixels * 1.5;
  const width = context.measureText(text).width + 2 * padding;
  const x = Math.max(0, Math.min(at.x, context.canvas.width - width));
  const y = at.y - height >= 0 ? at.y - height : at.y;
  if (labels.some((each) => isTouching(each, { x, y, width, height }))) return;
  labels.push({ x, y, width, height });
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
  context.fillStyle = labelTextColour;
  context.fillText(text, x + padding, y + height / 2 + letterPixels / 16);
}

function isTouching(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** In the lower left corner: why there are no boxes. */
function paintRemark(surface: Surface, text: string, colour: string): void {
  const { height } = surface.context.canvas;
  const margin = surface.letterPixels / 2;
  paintLabel(surface, text, { x: margin, y: height - margin }, colour);
}
