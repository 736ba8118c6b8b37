// SPDX-License-Identifier: Apache-2.0
// cases - the queue: filtered by state and urgency, searched, decided in bulk with a result for each, all of it by keyboard.
import { call } from '../api.js';
import { actsOn, decide, refusalText } from '../decide.js';
import { h, replace } from '../dom.js';
import { download } from '../download.js';
import { problemText, tell } from '../fields.js';
import { askTakeOver, hold, isForeign, isMine, isOpen, leaseFlag, letGo, takeOver } from '../lease.js';
import { caseLink } from '../numbers.js';
import { finding } from '../rules.js';
import { sentence } from '../sentences.js';
import { day, dayNumber, duration, named, number, time, word } from '../words.js';

const pageSize = 50;
const followMs = 30000;
const csvPage = 500;
const csvMost = 50000;

export async function casesPage(context) {
  const { body, query, every, onChange } = context;
  const wanted = { state: query.state ?? '', urgency: query.urgency ?? '' };
  const filter = { state: wanted.state, overdue_only: wanted.urgency === 'overdue', due_soon_only: wanted.urgency === 'soon', attention_only: wanted.urgency === 'attention' };
  const queue = new Queue(context, 'cases.none', (after) => call('list', { ...filter, limit: pageSize, after }));
  const tabs = h('div.filters');
  const { stages = [] } = await call('dashboard', { hours: 24 });
  const open = new Set(stages.map(({ state }) => state));
  const sayTabs = async () => replace(tabs, ...filters(wanted, open, (await call('status')).states ?? []));
  replace(body, h('div.head', h('h1', word('page.cases')), h('div.buttons',
    h('button', { type: 'button', onclick: () => exported(filter, wanted) }, word('csv')))), tabs, queue.nodes);
  queue.decided = () => sayTabs().catch(() => {});
  await Promise.all([sayTabs(), queue.load()]);
  queue.listen();
  const follow = () => {
    if (queue.chosen.size || queue.rows.length > pageSize) return;
    queue.load().catch(() => {});
    sayTabs().catch(() => {});
  };
  onChange(follow);
  every(followMs, follow);
}

// What was looked for. Not followed: each search for a person is journalled.
export async function foundPage(context) {
  const { body, sought } = context;
  if (!sought) {
    location.replace('#/cases');
    return;
  }
  const queue = new Queue(context, 'cases.notfound', (after) => call('search', { text: sought, limit: pageSize, after }));
  await queue.load();
  if (queue.rows.length === 1) {
    location.replace(`#/case/${queue.rows[0].case_number}`);
    return;
  }
  replace(body, h('div.head', h('h1', word('cases.find', { text: sought }))), h('p', h('a', { href: '#/cases' }, word('cases.back'))), queue.nodes);
  queue.listen();
}

// Open stages as tabs with what lies there, the others in a list; and how urgent.
function filters(wanted, open, states) {
  const address = (changes) => `#/cases?${new URLSearchParams(Object.entries({ ...wanted, ...changes }).filter(([, value]) => value))}`;
  const tab = (key, value, text, count) => h(wanted[key] === value ? 'a.here' : 'a', { href: address({ [key]: value }) }, text, count === undefined ? null : h('b', number(count)));
  const stages = states.filter(({ state }) => open.has(state));
  const sum = (name) => stages.reduce((all, stage) => all + Number(stage[name] ?? 0), 0);
  const counted = stages.filter(({ state, count }) => Number(count) || state === wanted.state);
  const rest = states.filter(({ state }) => !counted.some((stage) => stage.state === state));
  const closed = h('select', { 'aria-label': word('cases.others'), onchange: (event) => { location.hash = address({ state: event.target.value }); } },
    h('option', { value: '' }, word('cases.others')), rest.map(({ state, count }) => h('option', { value: state, selected: state === wanted.state }, `${named('state', state)} ${number(count)}`)));
  return [
    h('div.tabs', tab('state', '', word('cases.open'), sum('count')), counted.map(({ state, count }) => tab('state', state, named('state', state), count)), closed),
    h('div.tabs', tab('urgency', '', word('all')), tab('urgency', 'overdue', word('urgency.overdue'), sum('overdue')), tab('urgency', 'soon', word('urgency.soon'), sum('due_soon')),
      tab('urgency', 'attention', word('urgency.attention'))),
  ];
}

// All that the filter shows, masked as it is shown.
async function exported(filter, { state, urgency }) {
  const rows = [['number', 'name', 'citizen', 'kind', 'state', 'accepted', 'changed', 'due', 'statutory', 'attention', 'findings'].map((name) => word(`cases.csv.${name}`))];
  let after = '';
  do {
    const page = await call('list', { ...filter, limit: csvPage, after });
    rows.push(...(page.cases ?? []).map((row) => [row.case_number, row.name_masked, row.citizen_number_masked, named('kind', row.kind), named('state', row.state), time(row.accepted_ms),
      time(row.changed_ms), day(row.stage_deadline_ms), day(row.statutory_deadline_ms), row.attention ? named('code', row.attention.code) : '', (row.findings ?? []).map((each) => named('finding', each)).join('; ')]));
    after = page.next ?? '';
  } while (after && rows.length < csvMost);
  download(`cases-${[state, urgency, dayNumber(Date.now())].filter(Boolean).join('-')}.csv`, rows);
  tell(word(after ? 'cases.csv.cut' : 'cases.csv.done', { n: number(rows.length - 1) }));
}

// Pages of cases, one below the other, of which some are chosen to be decided together.
class Queue {
  constructor(context, nothing, ask) {
    Object.assign(this, { context, nothing, ask, chosen: new Set(), rows: [], next: '', at: '' });
    this.bulk = h('div.bulk', { hidden: true });
    this.results = h('div');
    this.table = h('div.scroll');
    this.more = h('div.more');
    this.nodes = [this.bulk, this.results, this.table, this.more];
  }

  // A page may be empty and not the last: the office has looked at many cases, and at none that was asked for.
  async load(onward) {
    let page = { next: onward ? this.next : '' };
    do page = await this.ask(page.next); while (!page.cases?.length && page.next);
    this.rows = onward ? [...this.rows, ...(page.cases ?? [])] : page.cases ?? [];
    this.next = page.next ?? '';
    this.draw();
  }

  draw() {
    const { rows, chosen, next } = this;
    const focused = this.table.contains(document.activeElement) ? document.activeElement.closest('tr')?.dataset.number : '';
    replace(this.table, rows.length ? caseTable(rows, chosen, () => this.sayBulk(), this.context.who) : h('p.none', word(this.nothing)));
    replace(this.more, next ? h('button', { type: 'button', onclick: () => this.load(true) }, word('more')) : null);
    if (focused) this.focus(focused);
    this.sayBulk();
  }

  // The acts that chosen cases take, each with the cases that take it.
  acts() {
    const acts = new Map();
    for (const row of this.rows.filter(({ case_number: each }) => this.chosen.has(each)))
      for (const act of actsOn(this.context, { state: row.state, lease: row.lease, row }).filter(({ bulk }) => bulk))
        acts.set(act.name, { act, cases: [...(acts.get(act.name)?.cases ?? []), row.case_number] });
    return [...acts.values()];
  }

  sayBulk() {
    const { chosen } = this;
    const acts = this.acts();
    this.bulk.hidden = !chosen.size;
    replace(this.bulk, h('b', word('cases.chosen', { n: number(chosen.size) })), acts.map(({ act, cases }) =>
      h(act.danger ? 'button.danger' : act.first ? 'button.primary' : 'button', { type: 'button', onclick: () => this.together(act, cases) }, word(`act.${act.name}`),
        cases.length < chosen.size && h('small', number(cases.length)), act.key && h('kbd', act.key))),
      !acts.length && h('span.hint', word('cases.mixed')), this.context.may('lease') && this.leaseButtons(), h('button.quiet', { type: 'button', onclick: () => this.choose([]) }, word('cases.clear')));
    this.table.querySelectorAll('tbody tr').forEach((row) => row.classList.toggle('chosen', chosen.has(row.dataset.number)));
  }

  // For those of the chosen cases that each is about.
  leaseButtons() {
    const { who } = this.context;
    const rows = this.rows.filter((row) => this.chosen.has(row.case_number) && isOpen(row));
    const button = (name, about, act) => about.length > 0 && h('button', { type: 'button', onclick: () => act(about.map(({ case_number: each }) => each)) },
      word(`lease.${name}`), about.length < this.chosen.size && h('small', number(about.length)));
    return [button('hold', rows.filter(({ lease }) => !lease), (cases) => this.each(cases, hold)),
      button('release', rows.filter(({ lease }) => isMine(lease, who)), (cases) => this.each(cases, letGo)),
      button('take_over', rows.filter(({ lease }) => isForeign(lease, who)), (cases) => askTakeOver(word('cases.chosen', { n: number(cases.length) }),
        (reason) => this.each(cases, (each) => takeOver(each, reason))))];
  }

  async each(cases, act) {
    const refused = [];
    for (const each of cases) await act(each).catch((problem) => refused.push([each, problemText(problem), problem.code]));
    await this.load();
    this.sayRefused(refused);
    return true;
  }

  async together(act, cases) {
    const results = await decide(act, cases);
    if (!results) return;
    const refused = results.filter(({ refusal }) => refusal).map(({ case_number: each, refusal }) => [each, refusalText(refusal), refusal.code]);
    this.chosen.clear();
    await this.load();
    this.decided?.();
    this.sayRefused(refused);
    tell(word('cases.done', { n: results.length - refused.length }), refused.length ? 'bad' : 'good');
  }

  // What was refused, above the table.
  sayRefused(refused) {
    replace(this.results, refused.length ? h('section.results', h('h2', word('cases.refused', { n: refused.length })), h('ul', refused.map(([each, why, code]) =>
      h('li', caseLink(each), ' ', why, ' ', h('code', code))))) : null);
  }

  choose(numbers) {
    this.chosen.clear();
    numbers.forEach((each) => this.chosen.add(each));
    this.table.querySelectorAll('tbody input').forEach((box) => { box.checked = this.chosen.has(box.closest('tr').dataset.number); });
    this.sayBulk();
  }

  focus(caseNumber) {
    this.table.querySelector(`tr[data-number="${caseNumber}"] a`)?.focus();
  }

  // j and k, or the arrows, go from case to case; x chooses one, a all; the letters of the acts decide on those that are chosen.
  listen() {
    const press = (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input:not([type="checkbox"]), textarea, select') || document.querySelector('dialog')) return;
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      const at = this.rows.findIndex(({ case_number: each }) => each === document.activeElement.closest('tr')?.dataset.number);
      const found = this.acts().find(({ act: { key } }) => key === event.key);
      if (step) this.focus(this.rows[Math.min(Math.max(at < 0 ? 0 : at + step, 0), this.rows.length - 1)]?.case_number);
      else if (event.key === 'x' && at >= 0) this.table.querySelectorAll('tbody input')[at].click();
      else if (event.key === 'a') this.choose(this.chosen.size === this.rows.length ? [] : this.rows.map(({ case_number: each }) => each));
      else if (event.key === 'Escape' && this.chosen.size) this.choose([]);
      else if (found) this.together(found.act, found.cases);
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    this.context.onLeave(() => document.removeEventListener('keydown', press));
  }
}

function caseTable(rows, chosen, changed, who) {
  const box = (row) => h('input', { type: 'checkbox', checked: chosen.has(row.case_number), 'aria-label': row.case_number, onchange: (event) => {
    if (event.target.checked) chosen.add(row.case_number);
    else chosen.delete(row.case_number);
    changed();
  } });
  const all = h('input', { type: 'checkbox', 'aria-label': word('cases.all'), onchange: (event) => {
    rows.forEach(({ case_number: each }) => (event.target.checked ? chosen.add(each) : chosen.delete(each)));
    table.querySelectorAll('tbody input').forEach((each) => { each.checked = event.target.checked; });
    changed();
  } });
  const table = h('table.cases', h('thead', h('tr', h('th', all), ['number', 'applicant', 'kind', 'state', 'changed', 'due'].map((name) => h('th', { scope: 'col' }, word(`cases.${name}`))))),
    h('tbody', rows.map((row) => h(row.overdue ? 'tr.late' : row.due_soon ? 'tr.soon' : 'tr', { 'data-number': row.case_number },
      h('td', box(row)),
      h('td', caseLink(row.case_number)),
      h('td', row.name_masked ? h('span.name', row.name_masked) : h('span.hint', word('case.erased.short')), h('small.mono', row.citizen_number_masked)),
      h('td', named('kind', row.kind)),
      h('td', named('state', row.state), leaseFlag(row.lease, who), row.attention && h('span.flag.bad', { title: `${named('code', row.attention.code)} ${sentence(row.attention.text)}` }, named('code', row.attention.code)),
        (row.findings ?? []).map((name) => h(finding(name).fails ? 'span.flag.bad' : 'span.flag.doubt', { title: named('finding', name) }, named('finding', name)))),
      h('td', { title: time(row.changed_ms) }, word('ago', { age: duration(Date.now() - Number(row.changed_ms), 1) })),
      h('td', due(row))))));
  return table;
}

function due(row) {
  const ms = Number(row.stage_deadline_ms ?? 0);
  if (!ms) return '–';
  const left = ms - Date.now();
  return [day(ms), h(left < 0 ? 'small.late' : 'small', left < 0 ? word('late.by', { age: duration(-left) }) : word('left', { age: duration(left) }))];
}
