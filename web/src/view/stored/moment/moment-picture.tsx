import { boneLines } from '../../../picture/bone-lines.ts';
import type { MomentFrame } from '../../../stored/moment-frames.ts';

/** One frame with the people in it: their boxes, and their joints where they were read. */
export function MomentPicture({ src, shown, alt }: { src: string; shown: MomentFrame; alt: string }) {
  const { width, height, people } = shown;
  return (
    <div class="evidence moment-picture" style={{ '--ratio': `${width} / ${height}` }}>
      <img src={src} alt={alt} width={width} height={height} />
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        {people.map(({ box: { x, y, width: wide, height: high }, joints }) => (
          <g key={`${x} ${y} ${wide}`}>
            <rect x={x} y={y} width={wide} height={high} rx="2" />
            {joints && <Bones joints={joints} radius={Math.min(height / 160, high / 40)} />}
          </g>
        ))}
      </svg>
    </div>
  );
}

function Bones({ joints, radius }: { joints: NonNullable<MomentFrame['people'][number]['joints']>; radius: number }) {
  const { lines, points } = boneLines(joints);
  const path = lines.map(([from, to]) => `M${from[0]} ${from[1]}L${to[0]} ${to[1]}`).join('');
  return (
    <>
      <path class="bones-ground" d={path} />
      <path class="bones" d={path} />
      {points.map(([x, y]) => (
        <circle key={`${x} ${y}`} class="joint" cx={x} cy={y} r={radius} />
      ))}
    </>
  );
}
