import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { type Columns, historySeconds } from '../live/recent-values.ts';

interface ChartProps {
  /** Said to whoever cannot see the chart. */
  label: string;
  /** Seconds since 1970, then one or two series: the second is drawn more quietly. */
  columns: Columns;
  /** Changes with every new value. */
  revision: number;
  formatValue: (value: number) => string;
}

const heightPixels = 84;
/** Whole numbers only: there are no half frames, and no latency worth a decimal. */
const steps = [1, 2, 5]
  .flatMap((each) => [1, 10, 100, 1e3, 1e4, 1e5, 1e6].map((power) => each * power))
  .sort((a, b) => a - b);

/** The last two minutes of one or two values. */
export function Chart({ label, columns, revision, formatValue }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(columns);
  newest.current = columns;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(
        optionsOf(element, newest.current.length - 1, formatValue),
        dataOf(newest.current),
        element,
      );
    };
    draw();
    const observer = new ResizeObserver(() =>
      plot.current?.setSize({ width: element.clientWidth, height: heightPixels }),
    );
    observer.observe(element);
    const unwatch = watchTheme(draw);
    return () => {
      unwatch();
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [formatValue]);
  useEffect(() => plot.current?.setData(dataOf(newest.current)), [revision]);
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

function dataOf(columns: Columns): uPlot.AlignedData {
  return columns as uPlot.AlignedData;
}

function watchTheme(onChange: () => void): () => void {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', onChange);
  window.addEventListener('themechange', onChange);
  return () => {
    system.removeEventListener('change', onChange);
    window.removeEventListener('themechange', onChange);
  };
}

function optionsOf(element: HTMLElement, seriesCount: number, formatValue: (value: number) => string): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const line = { width: 1.5, points: { show: false }, spanGaps: false };
  return {
    width: element.clientWidth,
    height: heightPixels,
    cursor: { show: false },
    legend: { show: false },
    padding: [8, 0, 8, 0],
    scales: {
      x: { time: false, range: (_plot, _min, max) => [max - historySeconds, max] },
      y: { range: (_plot, _min, max) => [0, Math.max(1, (max ?? 1) * 1.15)] },
    },
    axes: [
      { show: false },
      {
        size: 46,
        gap: 6,
        space: 22,
        incrs: steps,
        font: `11px ${style.fontFamily}`,
        stroke: colour('--muted'),
        grid: { stroke: colour('--line'), width: 1 },
        ticks: { show: false },
        values: (_plot, splits) => splits.map(formatValue),
      },
    ],
    series: [{}, { ...line, stroke: colour('--accent') }, { ...line, stroke: colour('--muted'), width: 1 }].slice(
      0,
      seriesCount + 1,
    ),
  };
}
