// SPDX-License-Identifier: Apache-2.0
// arrivals - a package from the card centre is opened: its number is scanned, then its cards one by one, or all at once; what is
// defective or missing is said card by card, and the centre hears of it.
import { call } from './api.js';
import { decide, refused } from './decide.js';
import { h, replace } from './dom.js';
import { field, problemText, tell } from './fields.js';
import { acts } from './acts.js';
import { caseLink } from './numbers.js';
import { caseNumber } from './scan.js';
import { table } from './table.js';
import { named, number, time, word } from './words.js';

const atOnce = 1024;
const act = (name) => acts.find((each) => each.name === name);

export async function arrivalsPage(context) {
  const { body, rest: [name = '', office = ''] } = context;
  const find = h('input', { name: 'package', value: name, maxlength: '40', autocomplete: 'off', spellcheck: false, placeholder: word('package.placeholder'), 'aria-label': word('case.package') });
  const head = h('div.head', h('h1', word('page.package')), h('form.buttons', { onsubmit: (event) => {
    event.preventDefault();
    if (find.value.trim()) location.hash = `#/package/${encodeURIComponent(find.value.trim())}`;
  } }, find, h('button.primary', { type: 'submit' }, word('package.open'))));
  replace(body, head, !name && h('p.hint', word('package.lead')));
  if (!name) return find.focus();
  return new Arrival(context, head, find, name, office).load(true);
}

class Arrival {
  constructor({ body, may, onChange }, head, find, name, office) {
    Object.assign(this, { body, head, find, name, office, mayAct: may('clerk', 'supervisor') });
    this.scan = field({ name: 'card', label: word('package.scan'), autocomplete: 'off', spellcheck: false, maxlength: '40', class: 'mono' });
    this.problems = h('div', { 'aria-live': 'polite' });
    this.scanForm = h('form.card.scan', { novalidate: true, onsubmit: (event) => { event.preventDefault(); this.takeScan(); } }, this.scan,
      h('div.buttons', h('button', { type: 'submit' }, word('act.receive'))));
    onChange(() => this.load(false).catch(() => {}));
  }

  async load(first) {
    const report = await call('package_query', { package: this.name, production_office: this.office });
    this.cards = report.cards ?? [];
    this.draw(report);
    if (first && this.mayAct && this.waiting().length) this.scan.input.focus();
  }

  waiting() {
    return this.cards.filter(({ standing }) => standing === 'CARD_ON_ITS_WAY');
  }

  draw(report) {
    const waiting = this.waiting();
    const typing = this.scanForm.contains(document.activeElement);
    const figure = (name, count, late) => h(late ? 'div.tile.late' : 'div.tile', h('span.name', word(`package.${name}`)), h('b.depth', number(count)));
    replace(this.body, this.head, h('section.stages', figure('expected', report.expected), figure('arrived', report.arrived), figure('waiting', waiting.length), figure('missing', report.missing, report.missing > 0)),
      this.mayAct && waiting.length > 0 && this.scanForm, this.problems,
      this.mayAct && waiting.length > 1 && h('div.head', h('span'), h('div.buttons',
        h('button', { type: 'button', onclick: () => this.ask('miss', waiting) }, word('package.rest_missing', { n: number(waiting.length) })),
        h('button.primary', { type: 'button', onclick: () => this.receive(waiting) }, word('package.all_here', { n: number(waiting.length) })))),
      h('div.scroll', table([
        { label: word('case.card_serial'), cell: ({ card_serial: serial }) => h('span.mono', serial) },
        { label: word('cases.number'), cell: ({ case_number: each }) => caseLink(each) },
        { label: word('package.standing'), cell: ({ standing }) => h(`span.standing.${standing}`, named('package', standing)) },
        { label: word('stock.time'), cell: ({ time_ms: ms }) => time(ms) },
        ...(this.mayAct ? [{ label: '', cell: (card) => card.standing === 'CARD_ON_ITS_WAY' && h('div.buttons', ['miss', 'receive-bad', 'receive'].map((name) =>
          h(act(name).danger ? 'button.danger' : 'button', { type: 'button', onclick: () => (name === 'receive' ? this.receive([card]) : this.ask(name, [card])) }, word(`act.${name}`)))) }] : []),
      ], this.cards, { rowClass: ({ standing }) => (['CARD_MISSING', 'CARD_DEFECTIVE'].includes(standing) ? 'late' : ''), none: word('package.empty') })));
    if (typing) this.scan.input.focus();
  }

  takeScan() {
    const text = this.scan.read();
    const card = this.cards.find(({ card_serial: serial, case_number: each }) => serial === text || each === caseNumber(text));
    if (!text) return this.scan.say(word('required'));
    if (!card) return this.scan.say(word('package.stranger', { card: text }));
    this.scan.set('');
    if (card.standing !== 'CARD_ON_ITS_WAY') return this.scan.say(word('package.known', { standing: named('package', card.standing) }));
    return this.receive([card]);
  }

  async receive(cards) {
    const results = [];
    try {
      for (let at = 0; at < cards.length; at += atOnce) {
        const numbers = cards.slice(at, at + atOnce).map(({ case_number: each }) => each);
        results.push(...(await call('decide', { verb: 'RECEIVE', case_numbers: numbers })).results);
      }
    } catch (problem) {
      replace(this.problems, h('p.problem', { role: 'alert' }, problemText(problem)));
    }
    await this.done(results);
  }

  async ask(name, cards) {
    const results = await decide(act(name), cards.map(({ case_number: each }) => each));
    if (results) await this.done(results);
  }

  async done(results) {
    const wrong = results.filter(({ refusal }) => refusal);
    replace(this.problems, wrong.length > 0 && h('section.results', h('h3', word('cases.refused', { n: wrong.length })), h('ul', wrong.map(({ case_number: each, refusal }) =>
      h('li', caseLink(each), ' ', problemText(refused(refusal)), ' ', h('code', refusal.code))))));
    if (results.length > wrong.length) tell(word('cases.done', { n: results.length - wrong.length }));
    await this.load(false);
    if (this.waiting().length) this.scan.input.focus();
    else this.find.select();
  }
}
