// SPDX-License-Identifier: Apache-2.0
// lines - lines or bars over time, drawn by Chart.js (/chart.js, from its Debian package).
import '/chart.js';
import { h } from './dom.js';
import { clock, day, monthDay, number } from './words.js';

const colours = ['#0d4f6c', '#c2571a', '#4f7d2f', '#7a4fa3', '#a3324f', '#5b666f', '#1f8a8a', '#8a7a1f', '#b0468f'];
const zoneMs = 8 * 3600000; // one time for the whole country (words.js)
const hourMs = 3600000;

// Labels stand at round times of the clock: every ten minutes of an hour, every three hours of a day, every midnight of a week.
function isRound(ms, stepMs, spanMs) {
  const unit = spanMs > 48 * hourMs ? 24 * hourMs : spanMs > 2 * hourMs ? 3 * hourMs : hourMs / 6;
  return (ms + zoneMs) % unit < stepMs;
}

// draw([{ label, colour, start_ms, step_ms, values: [numbers, or null where nothing was measured] }], unit)
export function chart(title, type = 'line') {
  const canvas = h('canvas', { role: 'img', 'aria-label': title });
  const said = h('small');
  const element = h('figure.chart', h('figcaption', title, said), h('div.canvas', canvas));
  const { Chart } = window;
  const { fontFamily, fontSize } = getComputedStyle(document.documentElement);
  Object.assign(Chart.defaults.font, { family: fontFamily, size: parseFloat(fontSize) * 0.78 });
  const spanOf = (labels) => (labels.length > 1 ? labels.at(-1) - labels[0] : 0);
  const round = ({ chart: { data: { labels } } }, value) => labels.length > 1 && isRound(labels[value], labels[1] - labels[0], spanOf(labels));
  const drawn = new Chart(canvas, {
    type,
    data: { labels: [], datasets: [] },
    options: {
      animation: false, maintainAspectRatio: false, interaction: { mode: 'index', intersect: false },
      elements: { point: { radius: 0, hitRadius: 8 }, line: { borderWidth: 2, tension: 0 } },
      plugins: { legend: { position: 'bottom', labels: { boxWidth: 12, boxHeight: 2, color: '#3b4650' } },
        tooltip: { callbacks: { title: ([item]) => { const ms = item.chart.data.labels[item.dataIndex]; return `${day(ms)} ${clock(ms)}`; } } } },
      scales: {
        x: { grid: { color: '#eef1ef', drawTicks: false }, afterBuildTicks: (axis) => { axis.ticks = axis.ticks.filter(({ value }) => round(axis, value)); },
          ticks: { autoSkip: false, maxRotation: 0, padding: 6, color: '#55616b', callback(value) {
            const { labels } = this.chart.data;
            const ms = labels[value];
            return spanOf(labels) > 48 * hourMs ? monthDay(ms) : clock(ms);
          } } },
        y: { beginAtZero: true, suggestedMax: 4, ticks: { maxTicksLimit: 5, color: '#55616b', callback: (value) => (Number.isInteger(value) ? number(value) : '') }, grid: { color: '#e7ebe9' } },
      },
    },
  });
  return {
    element,
    draw(lines, unit) {
      const [first] = lines;
      said.textContent = unit;
      drawn.data.labels = first ? first.values.map((_, i) => Number(first.start_ms) + i * Number(first.step_ms)) : [];
      drawn.data.datasets = lines.map(({ label, colour, values }) => ({ label, data: values.map((value) => (value === null ? null : Number(value))),
        borderColor: colours[colour % colours.length], backgroundColor: colours[colour % colours.length] }));
      drawn.update('none');
    },
    end: () => drawn.destroy(),
  };
}
