import { importSharp } from '../../detect/picture/import-sharp.ts';
import type { Detection } from '../../topics/result-record.ts';
import type { Case } from './comparison.ts';

const colours = { same: '#9aa0a6', missing: '#ff4d4d', added: '#37d67a', moved: '#ffb020', relabelled: '#b07cff' };

/**
 * The frame with both sets of boxes: red what only the first saw, green what only the second saw, amber what moved,
 * violet what is named differently, grey what both say. Boxes of the first are dashed.
 *
 * @throws OPTIONAL_PART_MISSING without sharp
 */
export async function drawCase(jpeg: Buffer, { frame, difference }: Case, names: [string, string]): Promise<Buffer> {
  const sharp = await importSharp();
  const { width, height } = frame;
  const thick = Math.max(2, Math.round(width / 400));
  const size = Math.max(11, Math.round(width / 60));
  const box = ({ label, score, box: { x, y, ...area } }: Detection, colour: string, isFirst: boolean): string => {
    const dash = isFirst ? ` stroke-dasharray="${3 * thick} ${2 * thick}"` : '';
    const text = escaped(`${label} ${score.toFixed(2)}`);
    const top = isFirst ? Math.max(size, y - thick) : Math.min(height - thick, y + area.height + size);
    return (
      `<rect x="${x}" y="${y}" width="${area.width}" height="${area.height}" fill="none" stroke="${colour}" ` +
      `stroke-width="${thick}"${dash}/><text x="${x}" y="${top}" fill="${colour}">${text}</text>`
    );
  };
  const { same, missing, added, moved, relabelled } = difference;
  const shapes = [
    ...same.map(({ second }) => box(second, colours.same, false)),
    ...missing.map((each) => box(each, colours.missing, true)),
    ...added.map((each) => box(each, colours.added, false)),
    ...[
      ...moved.map((each) => [each, colours.moved] as const),
      ...relabelled.map((each) => [each, colours.relabelled] as const),
    ].flatMap(([{ first, second }, colour]) => [box(first, colour, true), box(second, colour, false)]),
  ];
  const title = escaped(`${frame.camera}/${frame.session}/${frame.frame}  ${names[0]} (dashed) and ${names[1]}`);
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" ` +
    `font-size="${size}" stroke-linejoin="round">${shapes.join('')}` +
    `<rect x="0" y="0" width="${width}" height="${Math.round(size * 1.5)}" fill="#000" fill-opacity="0.6"/>` +
    `<text x="${Math.round(size / 2)}" y="${Math.round(size * 1.1)}" fill="#fff">${title}</text></svg>`;
  return sharp(jpeg)
    .composite([{ input: Buffer.from(svg) }])
    .jpeg({ quality: 85 })
    .toBuffer();
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}
