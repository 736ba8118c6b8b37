// SPDX-License-Identifier: Apache-2.0
// collect - the card is handed over (领证): the receipt is scanned or typed, who came is identified, what is handed back is noted.
import { call } from './api.js';
import { readCitizenNumber } from './citizen_number.js';
import { refused } from './decide.js';
import { h, replace } from './dom.js';
import { enterMovesOn, field, sayProblem, tell } from './fields.js';
import { facts } from './facts.js';
import { caseLink, inGroups } from './numbers.js';
import { readScan, scannedCode } from './scan.js';
import { table } from './table.js';
import { date, day, duration, named, word } from './words.js';

const shownMost = 50;

export async function collectPage(context) {
  return context.rest[0] ? handOver(context, context.rest[0]) : counter(context);
}

// ---- whose turn is it? ----

async function counter({ body, onChange, seek }) {
  const scan = field({ name: 'receipt', label: word('collect.scan'), autocomplete: 'off', spellcheck: false, maxlength: '200', hint: word('collect.scan.hint') });
  const wrong = h('div');
  const waiting = h('div.scroll');
  const form = h('form.card.scan', { novalidate: true }, scan, h('div.buttons', h('button.primary', { type: 'submit' }, word('collect.next'))), wrong);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const number = readScan(scan.read());
    if (number) location.hash = `#/collect/${number}`;
    else if (scan.read()) seek(scan.read());
    else scan.say(word('required'));
  });
  const load = async () => {
    const { cases = [] } = await call('list', { state: 'ready', limit: shownMost });
    replace(waiting, table([
      { label: word('cases.number'), cell: ({ case_number: number }) => caseLink(number, 'collect') },
      { label: word('cases.applicant'), cell: (row) => [row.name_masked, h('small.mono', row.citizen_number_masked)] },
      { label: word('cases.kind'), cell: ({ kind }) => named('kind', kind) },
      { label: word('collect.since'), cell: ({ changed_ms: ms }) => word('ago', { age: duration(Date.now() - Number(ms)) }) },
      { label: word('collect.until'), cell: ({ stage_deadline_ms: ms, overdue }) => [day(ms), overdue && h('small.late', word('state.unclaimed'))] },
    ], cases, { none: word('collect.none'), rowClass: ({ overdue }) => (overdue ? 'late' : '') }));
  };
  replace(body, h('div.head', h('h1', word('page.collect'))), form, h('h2', word('collect.waiting')), waiting);
  scan.input.focus();
  await load();
  onChange(() => load().catch(() => {}));
}

// ---- one card ----

async function handOver({ body }, number) {
  const scanned = scannedCode(number);
  const { case_row: row, state, holder_check: demanded } = await call('show', { case_number: number });
  if (state !== 'ready') return notHere(body, row, state, scanned && await call('receipt_check', { case_number: number, code: scanned }));
  const counterForm = new Counter(row, scanned, demanded);
  replace(body, h('div.head', h('div', h('h1', word('collect.title', { name: row.form.person.name })), h('p.mono', inGroups(number))),
    h('div.buttons', h('a.button', { href: '#/collect' }, word('collect.other')))), counterForm.element);
  counterForm.begin();
  return undefined;
}

function notHere(body, row, state, checked) {
  const back = h('a.button.primary', { href: '#/collect' }, word('collect.other'));
  const returned = { 'in-transit': 'collect.in-transit', collected: 'collect.collected' }[state] ?? 'collect.not_here';
  replace(body, h('div.head', h('h1', named('state', state), h('small.mono', inGroups(row.case_number)))), h('section.card', h('p.notice', word(returned, { state: named('state', state) })),
    checked && (checked.right ? h('p.hint', word('collect.receipt.right')) : h('p.problem', { role: 'alert' }, word('collect.receipt.wrong'))),
    facts([[word('cases.applicant'), row.form.person.name], [word('case.statutory_deadline'), day(row.statutory_deadline_ms)], [word('case.package'), row.package]]),
    h('div.buttons', h('a.button', { href: `#/case/${row.case_number}` }, word('apply.look')), back)));
  back.focus();
}

class Counter {
  constructor(row, scanned, demanded) {
    this.row = row;
    this.scanned = scanned;
    this.demanded = demanded; // by the policy of the case: that the card is checked
    this.build();
    this.wrong = h('div');
    this.go = h('button.primary', { type: 'submit' }, word('collect.go'));
    this.draw();
    this.follow();
  }

  build() {
    const { row, scanned } = this;
    const renewal = row.form.kind === 'RENEWAL';
    const temporary = row.collection?.temporary_card;
    const temporaryOut = temporary && (temporary.end ?? 'STILL_OUT') === 'STILL_OUT';
    const guarded = Boolean(row.form.guardian);
    this.receipt = field({ name: 'receipt_code', label: word('collect.receipt_code'), maxlength: '200', hint: word('collect.receipt_code.hint'), value: scanned, class: 'mono', spellcheck: false, autocomplete: 'off' });
    this.kind = field({ name: 'collector.kind', label: word('collect.collector'), options: (guarded ? ['GUARDIAN', 'HOLDER', 'PROXY'] : ['HOLDER', 'PROXY', 'GUARDIAN']).map((each) => [each, word(`collector.${each}`)]) });
    this.kind.paths = ['collector'];
    this.person = [
      field({ name: 'collector.name', label: word('collect.name'), required: true, maxlength: '60', autocomplete: 'off' }),
      field({ name: 'collector.citizen_number', label: word('collect.citizen_number'), required: true, maxlength: '18', class: 'mono', autocomplete: 'off', check: (text) => { const read = readCitizenNumber(text); return read.complete && !read.right ? word('apply.number_wrong') : ''; } }),
      field({ name: 'collector.relation', label: word('collect.relation'), maxlength: '10', autocomplete: 'off' }),
      field({ name: 'collector.reason', label: word('collect.reason'), maxlength: '60', autocomplete: 'off' }),
    ];
    this.by = field({ name: 'identified_by', label: word('collect.identified_by'), options: ['FACE', 'FINGERPRINT', 'DOCUMENT'].map((each) => [each, word(`identified.${each}`)]) });
    this.comparison = field({ name: 'comparison', label: word('collect.comparison'), options: ['NOT_COMPARED', 'MATCH', 'NO_MATCH'].map((each) => [each, word(`comparison.${each}`)]) });
    this.score = field({ name: 'score', label: word('collect.score'), maxlength: '16', inputmode: 'decimal', hint: word('collect.score.hint') });
    this.old = field({ name: 'old_card_surrendered', label: word('collect.old_card'), type: 'checkbox', required: renewal });
    this.old.hidden = row.form.kind === 'FIRST';
    this.temporary = field({ name: 'temporary_card', label: word('collect.temporary', { serial: temporary?.card_serial }), options: [['', word('choose')], ['surrendered', word('collect.temporary.back')], ['lost', word('collect.temporary.lost')]],
      required: true });
    this.temporary.paths = ['temporary_card_surrendered', 'temporary_card_lost'];
    this.temporary.hidden = !temporaryOut;
    this.checked = field({ name: 'holder_checked', label: word('collect.holder_checked'), hint: word('collect.holder_checked.hint'), type: 'checkbox', required: this.demanded });
    this.fields = [this.receipt, this.kind, ...this.person, this.by, this.comparison, this.score, this.old, this.temporary, this.checked];
  }

  draw() {
    const { row } = this;
    const part = (title, ...fields) => h('fieldset.card', h('legend', word(title)), h('div.grid', fields));
    const { person } = row.form;
    this.element = h('form', { novalidate: true }, h('div.columns',
      h('div.wide', part('collect.part.receipt', this.receipt), part('collect.part.who', this.kind, this.by, this.comparison, this.score, this.person), this.backs = part('collect.part.back', this.old, this.temporary),
        part('collect.part.check', this.checked),
        this.wrong, h('div.buttons', this.go)),
      h('section.card', h('h2', word('collect.card')), facts([
        [word('field.form.person.name'), h('b', person.name)], [word('field.form.person.citizen_number'), h('span.mono', person.citizen_number)],
        [word('field.form.kind'), named('kind', row.form.kind)], [word('case.card_serial'), row.card_serial && h('span.mono', row.card_serial)],
        [word('case.validity'), row.valid_from ? `${date(row.valid_from)} – ${date(row.valid_until, word('long_term'))}` : ''],
        [word('case.package'), row.package], [word('collect.arrived'), day(row.changed_ms)], [word('collect.until'), day(row.stage_deadline_ms)],
        [word('collect.fingerprints'), word(row.form.fingerprints?.length ? 'yes' : 'no')]]),
        h('p.hint', word('collect.rule')))));
    this.backs.hidden = this.old.hidden && this.temporary.hidden;
    enterMovesOn(this.element);
    this.element.addEventListener('input', () => this.follow());
    this.element.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
  }

  begin() {
    (this.scanned ? this.by : this.receipt).input.focus();
  }

  follow() {
    const kind = this.kind.read();
    this.person.forEach((each) => { each.hidden = kind === 'HOLDER'; });
    this.person[2].hidden = kind !== 'PROXY';
    this.person[3].hidden = kind !== 'PROXY';
    this.comparison.hidden = this.by.read() === 'DOCUMENT';
    this.score.hidden = this.comparison.hidden || this.comparison.read() === 'NOT_COMPARED';
  }

  async send() {
    const empty = this.fields.filter((each) => each.missing())[0];
    if (empty) return empty.input.focus();
    const seen = (each) => (each.hidden ? '' : each.read());
    const kind = this.kind.read();
    this.go.disabled = true;
    replace(this.wrong);
    try {
      const { results: [result] } = await call('decide', { verb: 'COLLECT', case_numbers: [this.row.case_number], receipt_code: this.receipt.read(), identified_by: this.by.read(),
        comparison: seen(this.comparison) || 'NOT_COMPARED', score: seen(this.score), old_card_surrendered: !this.old.hidden && this.old.read(),
        temporary_card_surrendered: this.temporary.read() === 'surrendered', temporary_card_lost: this.temporary.read() === 'lost', holder_checked: this.checked.read(),
        ...(kind === 'HOLDER' ? {} : { collector: { kind, name: seen(this.person[0]), citizen_number: seen(this.person[1]), relation: seen(this.person[2]), reason: seen(this.person[3]) } }) });
      if (result.refusal) throw refused(result.refusal);
      tell(word('collect.done', { name: this.row.form.person.name }));
      location.hash = '#/collect';
    } catch (problem) {
      this.go.disabled = false;
      sayProblem(problem, this.fields.filter((each) => !each.hidden), this.wrong);
    }
    return undefined;
  }
}

