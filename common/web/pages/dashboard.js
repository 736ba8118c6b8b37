// SPDX-License-Identifier: Apache-2.0
// dashboard - the first page: what is wrong in words, what waits at which stage, how it flows. Readable from across the room.
import { call } from '../api.js';
import { chart } from '../lines.js';
import { h, replace } from '../dom.js';
import { table } from '../table.js';
import { clock, duration, inLanguage, named, number, time, word, yuan } from '../words.js';

const minuteMs = 60000;
const hourMs = 60 * minuteMs;
const youngMs = 2 * hourMs;
const zoneMs = 8 * hourMs; // one time for the whole country (words.js)
// By name: hours, and for how long one bar counts.
const spans = [['hour', 1, 5 * minuteMs], ['day', 24, hourMs], ['week', 168, 6 * hourMs]];
const refreshMs = 5000; // at rest; after a change sooner
const restMs = 1500;
const againMs = 500; // the office answers all who look with one report, and begins the next one when it is asked
const peersShown = 8;
const alarmsShown = 4;

export async function dashboardPage({ body, every, onChange, onLeave, may }) {
  let hours = 24;
  let asked = 0;
  let allAlarms = false;
  const root = document.documentElement;
  root.classList.add('room');
  const alarms = h('section.alarms', { 'aria-live': 'polite' });
  const stages = h('section', { 'aria-label': word('dashboard.stages') });
  const figures = h('section.figures');
  const peers = h('section.card.peers');
  const charts = {
    flow: chart(word('chart.flow'), 'bar'),
    waiting: chart(word('chart.waiting')),
  };
  const span = h('div.choice', { role: 'group', 'aria-label': word('dashboard.span') }, spans.map(([name, wanted]) =>
    h('button', { type: 'button', onclick: () => { hours = wanted; refresh(); } }, word(`period.${name}`))));
  const wall = h('button', { type: 'button', onclick: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()) }, word('dashboard.wall'));
  replace(body, alarms, stages,
    h('section.card.flow', h('div.head', h('h2', word('dashboard.flow')), h('div.buttons', span, document.fullscreenEnabled && wall)), h('div.charts', charts.flow.element, charts.waiting.element)),
    h('div.columns', peers, figures));
  onLeave(() => {
    Object.values(charts).forEach((each) => each.end());
    root.classList.remove('room');
  });

  const refresh = async () => {
    asked = Date.now();
    const wanted = hours;
    spans.forEach(([, each], i) => span.children[i].setAttribute('aria-pressed', String(each === hours)));
    const report = await call('dashboard', { hours });
    if (wanted !== hours) return; // another span was chosen meanwhile
    replace(alarms, sayAlarms(report, may, allAlarms ? Infinity : alarmsShown, () => { allAlarms = true; refresh(); }));
    replace(stages, sayStages(report.stages ?? [], may('list')));
    replace(figures, sayFigures(report));
    replace(peers, h('div.head', h('h2', word('page.offices')), h('a', { href: '#/offices' }, word('dashboard.all'))), peerTable((report.peers ?? []).slice(0, peersShown)));
    draw(charts, report.series ?? [], hours);
  };
  if (isYoung((await call('dashboard', { hours })).series ?? [])) hours = 1;
  await refresh();
  every(refreshMs, () => refresh().catch(() => {}));
  let due = 0;
  const soon = () => { due ||= setTimeout(() => { due = 0; refresh().catch(() => {}); }, againMs); };
  onChange(() => {
    if (Date.now() - asked >= restMs) refresh().catch(() => {});
    soon();
  });
  onLeave(() => clearTimeout(due));
}

function sayAlarms({ alarms = [], time_ms: ms }, may, most, showAll) {
  if (!alarms.length) return h('p.calm', h('span.dot'), word('dashboard.calm', { time: clock(ms) }));
  const said = alarms.slice(0, most).map((alarm) => {
    const to = alarm.state ? may('list') && `#/cases?state=${alarm.state}${alarm.code === 'OVERDUE' ? '&urgency=overdue' : ''}` : alarm.office && '#/offices';
    return h(`p.alarm.${alarm.severity.toLowerCase()}`, h('span.dot'), h('span', inLanguage(alarm.english, alarm.chinese)), to && h('a', { href: to }, word('dashboard.look')),
      Number(alarm.since_ms) ? h('small', word('since', { time: time(alarm.since_ms) })) : null);
  });
  return [said, alarms.length > most && h('button', { type: 'button', onclick: showAll }, word('dashboard.more', { n: number(alarms.length - most) }))];
}

const isMoving = ({ count, in_per_hour: came, out_per_hour: left }) => Number(count) || Number(came) || Number(left);

// A tile for each stage where something is or moves; the others in one line.
function sayStages(stages, linked) {
  const moving = stages.filter(isMoving);
  const shown = moving.length ? moving : stages.slice(0, 4);
  const still = stages.filter((stage) => !shown.includes(stage));
  return [h('div.stages', shown.map((stage) => tile(stage, linked))),
    still.length ? h('p.still', still.map((stage) => h('span', named('state', stage.state), ' ', h('b', number(stage.count))))) : null];
}

function tile(stage, linked) {
  const late = Number(stage.overdue ?? 0);
  const soon = Number(stage.due_soon ?? 0);
  const urgency = late ? '.late' : soon ? '.soon' : '';
  return h(`${linked ? 'a' : 'div'}.tile${urgency}`, { href: linked ? `#/cases?state=${stage.state}` : undefined },
    h('span.name', named('state', stage.state)),
    h(number(stage.count).length > 5 ? 'b.depth.long' : 'b.depth', number(stage.count)),
    h('span.urgent', late ? h('em.late', word('tile.overdue', { n: number(late) })) : null, soon ? h('em.soon', word('tile.soon', { n: number(soon) })) : null),
    h('span.age', Number(stage.oldest_ms) ? word('tile.oldest', { age: duration(stage.oldest_ms) }) : word('tile.none')),
    h('span.flow', word('tile.flow', { in: number(stage.in_per_hour), out: number(stage.out_per_hour) })));
}

function figure(label, value, note) {
  return h('div.figure', h('dt', label), h('dd', value, note && h('small', note)));
}

function sayFigures(report) {
  const took = report.accept_to_ready ?? {};
  const milliseconds = (us) => word('ms', { n: (Number(us ?? 0) / 1000).toFixed(1) });
  return [
    Number(took.count) ? h('div.card', h('h2', word('figures.time'), h('small', word('figures.time.of', { n: number(took.count) }))), h('dl', ['p50', 'p95', 'p99'].map((name) =>
      figure(word(`figures.${name}`), duration(took[`${name}_ms`]))))) : null,
    report.fees ? h('div.card', h('h2', word('figures.fees')), h('dl', figure(word('figures.taken'), yuan(report.fees.taken_fen)),
      figure(word('figures.refunded'), yuan(report.fees.refunded_fen)))) : null,
    report.refusals?.length ? h('div.card', h('h2', word('figures.refusals')), h('dl', report.refusals.map(({ reason, count }) =>
      figure(named('reason', reason), number(count))))) : null,
    h('div.card', h('h2', word('figures.machine')), h('dl',
      figure(word('figures.disk'), Number(report.disk_free_bytes) ? word('gib', { n: number(Math.round(Number(report.disk_free_bytes) / 2 ** 30)) }) : '–'),
      figure(word('figures.map'), `${report.map_percent ?? 0} %`),
      figure(word('figures.commit'), milliseconds(report.commit_p50_us), ` / ${milliseconds(report.commit_p99_us)}`))),
  ];
}

// Its name and code, and what is wrong with it.
export const officeCell = ({ office, name, trouble, trouble_chinese: chinese }) => [name || office, h('small.mono', office), trouble && h('small.late', inLanguage(trouble, chinese))];

export const peerTable = (peers) => table([
  { label: word('offices.office'), cell: officeCell },
  { label: word('offices.link'), cell: ({ link, down_since_ms: down }) => [h(`span.link.${link}`, named('link', link)),
    Number(down) ? h('small.late', word('since', { time: time(down) })) : null] },
  { label: word('offices.waiting'), number: true, cell: ({ waiting }) => number(waiting) },
  { label: word('offices.oldest'), number: true, cell: ({ oldest_ms: ms }) => (Number(ms) ? duration(ms) : '–') },
  { label: word('offices.acknowledged'), number: true, cell: ({ acknowledged, assigned }) => h('span', { title: word('offices.acknowledged.of', { n: number(acknowledged), all: number(assigned) }) }, number(acknowledged)) },
  { label: word('offices.applied'), number: true, cell: ({ applied }) => number(applied) },
  { label: word('offices.round_trip'), number: true, cell: ({ round_trip_us: us }) => (Number(us) ? word('ms', { n: (Number(us) / 1000).toFixed(1) }) : '–') },
], peers, { rowClass: ({ trouble, down_since_ms: down }) => (trouble || Number(down) ? 'trouble' : ''), none: word('offices.none') });

// Did all that there is to be seen happen a short time ago?
function isYoung(series) {
  const firsts = series.map(({ values, step_ms: step }) => [values.findIndex(Number), values.length, Number(step)]).filter(([first]) => first >= 0);
  return firsts.length > 0 && firsts.every(([first, count, step]) => (count - first) * step <= youngMs);
}

// Rates by the hour, as numbers of cases in spans of that length, which begin at round times of the clock.
function counted({ start_ms: start, step_ms: step, values, ...more }, length) {
  const spanOf = (i) => Math.floor((Number(start) + i * Number(step) + zoneMs) / length);
  const counts = Array.from({ length: values.length ? spanOf(values.length - 1) - spanOf(0) + 1 : 0 }, () => 0);
  values.forEach((rate, i) => { counts[spanOf(i) - spanOf(0)] += (Number(rate) * Number(step)) / hourMs; });
  return { ...more, start_ms: spanOf(0) * length - zoneMs, step_ms: length, values: counts.map(Math.round) };
}

// Each stage keeps its colour; those where nothing ever waited are left out.
function draw(charts, series, hours) {
  const [name, , length] = spans.find(([, each]) => each === hours);
  const of = (family) => series.filter((each) => each.name.startsWith(`${family}.`)).map((each, colour) => ({ ...each, colour }));
  charts.flow.draw(of('flow').map((each) => ({ ...counted(each, length), label: named('series', each.name) })), word(`chart.flow.${name}`));
  charts.waiting.draw(of('waiting').filter(({ values }, i) => i === 0 || values.some(Number)).map((each) => ({ ...each, label: named('state', each.name.slice('waiting.'.length)) })), word('chart.waiting.unit'));
}
