// Reads the tables that the kiosk gives: plain CSV without quotes.

// parse returns the rows as objects by the names of the head.
export function parse(text) {
  const [head, ...lines] = text.trim().split(/\r?\n/).map((line) => line.split(","));
  return lines.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i] ?? ""])));
}

const HOUR = 3_600_000;
const VERDICTS = ["pass", "refer", "unmeasured"];
const stamp = (ms) => `${new Date(ms).toISOString().slice(0, 16)}Z`;

// spanOf is the day or the week (from Monday) that a time lies in.
function spanOf(ms, by) {
  const date = new Date(ms);
  date.setUTCHours(0, 0, 0, 0);
  if (by === "week") date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return { from: date.getTime(), to: date.getTime() + (by === "week" ? 7 : 1) * 24 * HOUR };
}

// group adds up the visits by day or week, or leaves them as they come, by
// span. A row that is longer than a day or a week counts where it ends.
export function group(rows, by) {
  const spans = new Map();
  for (const { outcome, from, to, visits } of rows) {
    if (!VERDICTS.includes(outcome)) continue;
    const span = by === "span" ? { from: Date.parse(from), to: Date.parse(to) } : spanOf(Date.parse(to) - HOUR, by);
    const key = `${span.from}/${span.to}`;
    const sum = spans.get(key) ?? { ...span, pass: 0, refer: 0, unmeasured: 0 };
    sum[outcome] += Number(visits);
    spans.set(key, sum);
  }
  return [...spans.values()]
    .sort((a, b) => a.to - b.to || a.from - b.from)
    .map((s) => ({ ...s, from: stamp(s.from), to: stamp(s.to), total: s.pass + s.refer + s.unmeasured }));
}
