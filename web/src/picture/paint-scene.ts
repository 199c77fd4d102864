import type { Scene, ScenePoint } from '../../../src/topics/scene.ts';

/** Where the frame lies on the canvas, in device pixels. */
export interface FramePlace {
  left: number;
  top: number;
  width: number;
  height: number;
  linePixels: number;
}

const zoneColour = '#ffd54a';
const lineColour = '#ff9f43';
const maskColour = 'rgb(0 0 0 / 45%)';

/** Draws what stands in the configuration of a camera: masks, zones and lines, below the boxes. */
export function paintScene(context: CanvasRenderingContext2D, scene: Scene, place: FramePlace): void {
  const at = ([x, y]: ScenePoint): [number, number] => [place.left + x * place.width, place.top + y * place.height];
  context.lineJoin = 'round';
  context.lineWidth = place.linePixels;
  context.fillStyle = maskColour;
  for (const corners of scene.masks) {
    trace(context, corners.map(at));
    context.fill();
  }
  for (const { name, corners } of scene.zones) {
    context.strokeStyle = zoneColour;
    trace(context, corners.map(at));
    context.stroke();
    paintNote(context, name, at(corners[0] ?? [0, 0]), zoneColour);
  }
  for (const { name, from, to } of scene.lines) paintLine(context, { name, from: at(from), to: at(to) }, place);
}

function trace(context: CanvasRenderingContext2D, points: readonly [number, number][]): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.closePath();
}

/** The line, and an arrow in its middle that points to the side where in is: the right hand of who looks along it. */
function paintLine(
  context: CanvasRenderingContext2D,
  { name, from, to }: { name: string; from: [number, number]; to: [number, number] },
  { linePixels }: FramePlace,
): void {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.max(1, Math.hypot(dx, dy));
  const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  const reach = 8 * linePixels;
  const [alongX, alongY] = [dx / length, dy / length];
  const tip: [number, number] = [x - alongY * reach, y + alongX * reach];
  context.strokeStyle = lineColour;
  context.fillStyle = lineColour;
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
  const half = reach / 2;
  trace(context, [tip, [x + alongX * half, y + alongY * half], [x - alongX * half, y - alongY * half]]);
  context.fill();
  paintNote(context, name, from, lineColour);
}

function paintNote(context: CanvasRenderingContext2D, text: string, [x, y]: [number, number], colour: string): void {
  const pixels = 7 * context.lineWidth;
  context.font = `600 ${pixels}px system-ui, sans-serif`;
  context.textBaseline = 'bottom';
  context.fillStyle = colour;
  context.fillText(text, x, y - context.lineWidth);
}
