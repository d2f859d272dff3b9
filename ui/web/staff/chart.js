// Charts, drawn by uPlot. Each has its numbers in a table or in words as well.

const HEIGHT = 240;
const INK = "#14181f";
const FONT = '14px "Lintel", sans-serif';
const axis = { stroke: INK, font: FONT, grid: { stroke: "#dde1e7" } };

// chart draws into place and returns what destroys it.
export function chart(place, label, { data, options }) {
  const frame = document.createElement("div");
  frame.className = "chart";
  frame.setAttribute("role", "img");
  frame.setAttribute("aria-label", label);
  place.replaceChildren(frame);
  const plot = new uPlot({ width: Math.max(200, frame.clientWidth), height: HEIGHT, cursor: { show: false }, select: { show: false }, ...options }, data, frame);
  const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(200, frame.clientWidth), height: HEIGHT }));
  watch.observe(frame);
  return {
    destroy() {
      watch.disconnect();
      plot.destroy();
    },
  };
}

// stacked makes bars of parts that add up; parts are [label, key, colour].
export function stacked(rows, parts) {
  const sums = parts.map((_, i) => rows.map((row) => parts.slice(0, i + 1).reduce((sum, [, key]) => sum + row[key], 0)));
  const bars = uPlot.paths.bars({ size: [0.7, 60] });
  return {
    // The whole is drawn first and the parts over it.
    data: [rows.map((_, i) => i), ...sums.toReversed()],
    options: {
      scales: { x: { time: false, range: [-0.6, rows.length - 0.4] }, y: { range: (_, __, most) => [0, Math.max(5, most) * 1.1] } },
      axes: [
        { ...axis, splits: () => rows.map((_, i) => i), incrs: [1], space: 1, values: (_, at) => at.map((i) => (at.length > 12 && i % Math.ceil(at.length / 12) ? "" : (rows[i]?.from ?? "").slice(5, 10))), grid: { show: false } },
        axis,
      ],
      series: [{}, ...parts.toReversed().map(([label, , colour]) => ({ label, fill: colour, stroke: colour, paths: bars, points: { show: false } }))],
      legend: { live: false },
    },
  };
}

// line makes one curve over the last hours; null is a gap.
export function line(label, hours, values, digits) {
  return {
    data: [hours, values],
    options: {
      scales: { x: { time: false, range: [-24, 0] }, y: { range: (_, low, high) => (low === null ? [0, 1] : [low - 0.1, high + 0.1]) } },
      axes: [{ ...axis, values: (_, at) => at.map((h) => `${h} h`) }, { ...axis, values: (_, at) => at.map((v) => v.toFixed(digits)), size: 60 }],
      series: [{}, { label, stroke: "#0b4a8f", width: 2, spanGaps: false, points: { show: hours.length < 60, size: 5 } }],
      legend: { live: false },
    },
  };
}
