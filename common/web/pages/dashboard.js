// SPDX-License-Identifier: Apache-2.0
// dashboard - the first page: what is wrong in words, what waits at which stage, how it flows. Readable from across the room.
import { call } from '../api.js';
import { chart } from '../lines.js';
import { h, replace } from '../dom.js';
import { table } from '../table.js';
import { clock, duration, language, named, number, time, word, yuan } from '../words.js';

const spans = [['hour', 1], ['day', 24], ['week', 168]];
const refreshMs = 5000; // at rest; after a change sooner
const restMs = 2000;

export async function dashboardPage({ body, every, onChange, onLeave, who }) {
  let hours = 24;
  const alarms = h('section.alarms', { 'aria-live': 'polite' });
  const stages = h('section.stages', { 'aria-label': word('dashboard.stages') });
  const figures = h('section.figures');
  const peers = h('section.card');
  const charts = {
    flow: chart(word('chart.flow'), word('chart.flow.unit')),
    waiting: chart(word('chart.waiting'), word('chart.waiting.unit')),
  };
  const span = h('div.choice', { role: 'group', 'aria-label': word('dashboard.span') }, spans.map(([name, wanted]) =>
    h('button', { type: 'button', 'aria-pressed': String(wanted === hours), onclick: (event) => {
      hours = wanted;
      for (const button of span.children) button.setAttribute('aria-pressed', String(button === event.target));
      refresh();
    } }, word(`span.${name}`))));
  replace(body, alarms, stages, h('div.columns', h('div.wide', h('section.card', h('div.head', h('h2', word('dashboard.flow')), span), charts.flow.element, charts.waiting.element), peers),
    figures));
  onLeave(() => Object.values(charts).forEach((each) => each.end()));

  let asked = 0;
  const refresh = async () => {
    asked = Date.now();
    const report = await call('dashboard', { hours });
    replace(alarms, sayAlarms(report.alarms ?? []));
    replace(stages, (report.stages ?? []).map((stage) => tile(stage)));
    replace(figures, sayFigures(report, who));
    replace(peers, h('h2', word('page.offices')), peerTable(report.peers ?? []));
    draw(charts, report.series ?? []);
  };
  await refresh();
  every(refreshMs, () => refresh().catch(() => {}));
  onChange(() => Date.now() - asked >= restMs && refresh().catch(() => {}));
}

function sayAlarms(alarms) {
  if (!alarms.length) return h('p.calm', h('span.dot'), word('dashboard.calm', { time: clock(Date.now()) }));
  return alarms.map((alarm) => h(`p.alarm.${alarm.severity.toLowerCase()}`, h('span.dot'), language === 'zh' ? alarm.chinese : alarm.english,
    Number(alarm.since_ms) ? h('small', word('since', { time: time(alarm.since_ms) })) : null,
    alarm.code === 'OVERDUE' ? h('a', { href: `#/cases?state=${alarm.state}&urgency=overdue` }, word('dashboard.look')) : null));
}

function tile(stage) {
  const late = Number(stage.overdue ?? 0);
  const soon = Number(stage.due_soon ?? 0);
  return h(late ? 'a.tile.late' : soon ? 'a.tile.soon' : 'a.tile', { href: `#/cases?state=${stage.state}` },
    h('span.name', named('state', stage.state)),
    h('b.depth', number(stage.count)),
    h('span.age', Number(stage.oldest_ms) ? word('tile.oldest', { age: duration(stage.oldest_ms) }) : word('tile.none')),
    h('span.urgent', late ? h('em.late', word('tile.overdue', { n: number(late) })) : null, soon ? h('em.soon', word('tile.soon', { n: number(soon) })) : null),
    h('span.flow', word('tile.flow', { in: number(stage.in_per_hour), out: number(stage.out_per_hour) })));
}

function figure(label, value, note) {
  return h('div.figure', h('dt', label), h('dd', value, note && h('small', note)));
}

function sayFigures(report) {
  const took = report.accept_to_ready ?? {};
  return [
    Number(took.count) ? h('div.card', h('h2', word('figures.time')), h('dl', ['p50', 'p95', 'p99'].map((name) =>
      figure(word(`figures.${name}`), duration(took[`${name}_ms`]))))) : null,
    report.refusals?.length ? h('div.card', h('h2', word('figures.refusals')), h('dl', report.refusals.map(({ reason, count }) =>
      figure(named('reason', reason), number(count))))) : null,
    report.fees ? h('div.card', h('h2', word('figures.fees')), h('dl', figure(word('figures.taken'), yuan(report.fees.taken_fen)),
      figure(word('figures.refunded'), yuan(report.fees.refunded_fen)))) : null,
    h('div.card', h('h2', word('figures.machine')), h('dl',
      figure(word('figures.disk'), word('gib', { n: (Number(report.disk_free_bytes ?? 0) / 2 ** 30).toFixed(1) })),
      figure(word('figures.map'), `${report.map_percent ?? 0} %`),
      figure(word('figures.commit'), `${((report.commit_p50_us ?? 0) / 1000).toFixed(1)} / ${((report.commit_p99_us ?? 0) / 1000).toFixed(1)} ms`))),
  ];
}

export const peerTable = (peers) => table([
  { label: word('offices.office'), cell: (peer) => [peer.name || peer.office, h('small.mono', peer.office), peer.trouble && h('small.late', peer.trouble)] },
  { label: word('offices.link'), cell: ({ link, down_since_ms: down }) => [h(`span.link.${link}`, named('link', link)),
    Number(down) ? h('small.late', word('since', { time: time(down) })) : null] },
  { label: word('offices.waiting'), number: true, cell: ({ waiting }) => number(waiting) },
  { label: word('offices.oldest'), number: true, cell: ({ oldest_ms: ms }) => (Number(ms) ? duration(ms) : '–') },
  { label: word('offices.acknowledged'), number: true, cell: ({ acknowledged }) => number(acknowledged) },
  { label: word('offices.round_trip'), number: true, cell: ({ round_trip_us: us }) => (us ? `${(us / 1000).toFixed(1)} ms` : '–') },
], peers, { rowClass: ({ trouble }) => (trouble ? 'trouble' : ''), none: word('offices.none') });

function draw(charts, series) {
  const pick = (prefix) => series.filter(({ name }) => name.startsWith(prefix)).map((each) => ({ ...each, label: named('series', each.name) }));
  charts.flow.draw(pick('flow.'));
  charts.waiting.draw(pick('waiting.').map((each) => ({ ...each, label: named('state', each.name.slice('waiting.'.length)) })));
}
