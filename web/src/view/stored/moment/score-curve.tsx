import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface ScoreCurveProps {
  /** Seconds before the alarm, 0 or less, and the score there, 0..1; oldest first. */
  points: readonly { seconds: number; score: number }[];
  threshold: number | undefined;
  /** The frame that is looked at. */
  atSeconds: number;
}

const height = 120;
/** Of each side; below there is room for the words. */
const edge = { left: 42, right: 8, top: 8, bottom: 20 };

/** How the score rose, with the threshold and the frame that is looked at. */
export function ScoreCurve({ points, threshold, atSeconds }: ScoreCurveProps) {
  const drawing = useRef<SVGSVGElement>(null);
  const width = useWidth(drawing);
  const first = Math.min(-1, points[0]?.seconds ?? -1);
  const x = (seconds: number) =>
    edge.left + (1 - Math.max(first, Math.min(0, seconds)) / first) * (width - edge.left - edge.right);
  const y = (score: number) => edge.top + (1 - score) * (height - edge.top - edge.bottom);
  const line = points.map(({ seconds, score }) => `${x(seconds).toFixed(1)},${y(score).toFixed(1)}`).join(' ');
  const last = points.at(-1);
  const said = `Score over the last ${(-first).toFixed(1)} seconds, at the end ${percent(last?.score ?? 0)}`;
  return (
    <svg ref={drawing} class="curve" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={said}>
      {[0, 0.5, 1].map((score) => (
        <g key={score}>
          <line class="curve-grid" x1={edge.left} x2={width - edge.right} y1={y(score)} y2={y(score)} />
          <text x={edge.left - 6} y={y(score) + 4} text-anchor="end">
            {percent(score)}
          </text>
        </g>
      ))}
      {threshold !== undefined && (
        <line class="curve-threshold" x1={edge.left} x2={width - edge.right} y1={y(threshold)} y2={y(threshold)} />
      )}
      {threshold !== undefined && (
        <text class="curve-told" x={edge.left + 4} y={y(threshold) - 5}>
          told from here
        </text>
      )}
      <line class="curve-at" x1={x(atSeconds)} x2={x(atSeconds)} y1={edge.top} y2={height - edge.bottom} />
      <polyline class="curve-line" points={line} />
      {last && <circle class="curve-end" cx={x(last.seconds)} cy={y(last.score)} r="4" />}
      <text x={edge.left} y={height - 4}>
        {`${first.toFixed(1)} s`.replace('-', '−')}
      </text>
      <text x={width - edge.right} y={height - 4} text-anchor="end">
        told
      </text>
    </svg>
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** In CSS pixels, so that letters are as large as elsewhere. */
function useWidth(element: RefObject<SVGSVGElement | null>): number {
  const [width, setWidth] = useState(600);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setWidth(Math.round(entry.contentRect.width));
    });
    if (element.current) observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
