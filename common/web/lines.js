// SPDX-License-Identifier: Apache-2.0
// lines - lines over time, drawn by Chart.js (/chart.js, from its Debian package).
import '/chart.js';
import { h } from './dom.js';
import { clock, day, number } from './words.js';

const colours = ['#0d4f6c', '#c2571a', '#4f7d2f', '#7a4fa3', '#a3324f', '#6d6d6d', '#1f8a8a', '#8a7a1f'];

// draw([{ label, start_ms, step_ms, values: [numbers, or null where nothing was measured] }])
export function chart(title, unit) {
  const canvas = h('canvas', { role: 'img', 'aria-label': title });
  const element = h('figure.chart', h('figcaption', title, h('small', unit)), h('div.canvas', canvas));
  const { Chart } = window;
  const long = (labels) => labels.length > 1 && labels.at(-1) - labels[0] > 86400000 * 1.5;
  const drawn = new Chart(canvas, {
    type: 'line',
    data: { labels: [], datasets: [] },
    options: {
      animation: false, maintainAspectRatio: false, interaction: { mode: 'index', intersect: false },
      elements: { point: { radius: 0, hitRadius: 8 }, line: { borderWidth: 2, tension: 0.2 } },
      plugins: { legend: { position: 'bottom', labels: { boxWidth: 10, boxHeight: 2, color: '#3b4650' } },
        tooltip: { callbacks: { title: ([item]) => `${day(item.chart.data.labels[item.dataIndex])} ${clock(item.chart.data.labels[item.dataIndex])}` } } },
      scales: {
        x: { grid: { display: false }, ticks: { maxRotation: 0, autoSkipPadding: 24, color: '#5b666f', callback(value) {
          const ms = this.getLabelForValue(value);
          return long(this.chart.data.labels) ? day(ms).slice(5) : clock(ms);
        } } },
        y: { beginAtZero: true, ticks: { maxTicksLimit: 5, color: '#5b666f', callback: (value) => (Number.isInteger(value) ? number(value) : '') }, grid: { color: '#e7ebe9' } },
      },
    },
  });
  return {
    element,
    draw(lines) {
      const [first] = lines;
      drawn.data.labels = first ? first.values.map((_, i) => Number(first.start_ms) + i * Number(first.step_ms)) : [];
      drawn.data.datasets = lines.map(({ label, values }, i) => ({ label, data: values.map((value) => (value === null ? null : Number(value))),
        borderColor: colours[i % colours.length], backgroundColor: colours[i % colours.length] }));
      drawn.update('none');
    },
    end: () => drawn.destroy(),
  };
}
