// SPDX-License-Identifier: Apache-2.0
// cases - the queue: filtered by state and urgency, searched, decided in bulk with a result for each.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { problemText, tell } from '../fields.js';
import { decide } from '../decide.js';
import { askTakeOver, hold, isForeign, isMine, leaseDuties, leaseFlag, letGo, takeOver } from '../lease.js';
import { day, duration, named, number, word } from '../words.js';

const pageSize = 50;

export async function casesPage(context) {
  const { body, query, role, every, onChange } = context;
  const wanted = { state: query.state ?? '', urgency: query.urgency ?? '' };
  const link = (changes) => `#/cases?${new URLSearchParams(Object.entries({ ...wanted, ...changes }).filter(([, value]) => value))}`;
  const tab = (key, value, text) => h(wanted[key] === value ? 'a.here' : 'a', { href: link({ [key]: value }) }, text);
  const queue = new Queue(context, 'cases.none', (after) => call('list', { state: wanted.state, limit: pageSize, after,
    overdue_only: wanted.urgency === 'overdue', due_soon_only: wanted.urgency === 'soon', attention_only: wanted.urgency === 'attention' }));
  replace(body, h('div.head', h('h1', word('page.cases'))),
    h('div.filters',
      h('div.tabs', tab('state', '', word('all')), role.openStates.map((state) => tab('state', state, named('state', state)))),
      h('div.tabs', tab('urgency', '', word('all')), ['overdue', 'soon', 'attention'].map((name) => tab('urgency', name, word(`urgency.${name}`))))),
    queue.nodes);
  await queue.load();
  const follow = () => queue.chosen.size || queue.rows.length > pageSize || queue.load().catch(() => {});
  onChange(follow);
  every(30000, follow);
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
}

// Pages of cases, one below the other, of which some are chosen to be decided together.
class Queue {
  constructor(context, nothing, ask) {
    Object.assign(this, { context, nothing, ask, chosen: new Set(), rows: [], next: '' });
    this.bulk = h('div.bulk', { hidden: true });
    this.table = h('div.scroll');
    this.more = h('div.more');
    this.nodes = [this.bulk, this.table, this.more];
  }

  async load(onward) {
    const page = await this.ask(onward ? this.next : '');
    this.rows = onward ? [...this.rows, ...(page.cases ?? [])] : page.cases ?? [];
    this.next = page.next ?? '';
    this.draw();
  }

  draw() {
    const { rows, chosen, next } = this;
    replace(this.table, rows.length ? caseTable(rows, chosen, () => this.sayBulk(), this.context.who) : h('p.none', word(this.nothing)));
    replace(this.more, next ? h('button', { type: 'button', onclick: () => this.load(true) }, word('more')) : null);
    this.sayBulk();
  }

  sayBulk() {
    const { chosen, rows, context: { role, may } } = this;
    const states = new Set(rows.filter(({ case_number: each }) => chosen.has(each)).map(({ state }) => state));
    const acts = states.size === 1 ? role.actions({ state: [...states][0] }).filter(({ bulk: many, duties = [] }) => many && may(...duties)) : [];
    this.bulk.hidden = !chosen.size;
    replace(this.bulk, h('b', word('cases.chosen', { n: number(chosen.size) })), acts.map((act) =>
      h(act.danger ? 'button.danger' : 'button', { type: 'button', onclick: () => this.together(act) }, word(`act.${act.name}`))),
      states.size > 1 && h('span.hint', word('cases.mixed')), may(...leaseDuties) && this.leaseButtons());
  }

  // For those of the chosen cases that each is about.
  leaseButtons() {
    const { who, role } = this.context;
    const rows = this.rows.filter(({ case_number: each, state }) => this.chosen.has(each) && role.openStates.includes(state));
    const button = (name, about, act) => about.length > 0 && h('button', { type: 'button', onclick: () => act(about.map(({ case_number: each }) => each)) },
      word(`lease.${name}`), about.length < this.chosen.size && ` (${number(about.length)})`);
    return [button('hold', rows.filter(({ lease }) => !lease), (cases) => this.each(cases, hold)),
      button('release', rows.filter(({ lease }) => isMine(lease, who)), (cases) => this.each(cases, letGo)),
      button('take_over', rows.filter(({ lease }) => isForeign(lease, who)), (cases) => askTakeOver(word('cases.chosen', { n: number(cases.length) }),
        (reason) => this.each(cases, (each) => takeOver(each, reason))))];
  }

  async each(cases, act) {
    const results = [];
    for (const each of cases) {
      const problem = await act(each).then(() => null, (caught) => caught);
      results.push({ case_number: each, refusal: problem && { code: problem.code, words: problem.words, rule: problem.rule } });
    }
    await this.load();
    this.sayRefused(results);
    return true;
  }

  async together(act) {
    const results = await decide(act, [...this.chosen]);
    if (!results) return;
    this.chosen.clear();
    await this.load();
    tell(word('cases.done', { n: results.length - this.sayRefused(results) }));
  }

  // What was refused, below the table; answers how many.
  sayRefused(results) {
    const refused = results.filter(({ refusal }) => refusal);
    if (refused.length) {
      replace(this.more, h('section.results', h('h3', word('cases.refused', { n: refused.length })), h('ul', refused.map(({ case_number: each, refusal }) =>
        h('li', h('a', { href: `#/case/${each}` }, each), ' ', h('code', refusal.code), ' ', problemText({ words: refusal.words, message: refusal.rule ?? '' }))))));
    }
    return refused.length;
  }
}

export function caseTable(rows, chosen, changed, who) {
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
    h('tbody', rows.map((row) => h(row.overdue ? 'tr.late' : row.due_soon ? 'tr.soon' : 'tr',
      h('td', box(row)),
      h('td', h('a.mono', { href: `#/case/${row.case_number}` }, row.case_number)),
      h('td', row.name_masked, h('small.mono', row.citizen_number_masked)),
      h('td', named('kind', row.kind)),
      h('td', named('state', row.state), leaseFlag(row.lease, who), row.attention && h('span.flag', { title: row.attention.text ?? '' }, row.attention.code),
        (row.findings ?? []).map((finding) => h('span.flag.doubt', named('finding', finding)))),
      h('td', word('ago', { age: duration(Date.now() - Number(row.changed_ms)) })),
      h('td', due(row))))));
  return table;
}

function due(row) {
  const ms = Number(row.stage_deadline_ms ?? 0);
  if (!ms) return '–';
  const left = ms - Date.now();
  return [day(ms), h(left < 0 ? 'small.late' : 'small', left < 0 ? word('late.by', { age: duration(-left) }) : word('left', { age: duration(left) }))];
}
