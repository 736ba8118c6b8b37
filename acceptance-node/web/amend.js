// SPDX-License-Identifier: Apache-2.0
// amend - a returned application is corrected (补正): the form as it stands, what the registry wants corrected marked in it. It goes
// back in full; photos and fingerprints of before are kept, unless they are to be taken anew.
import { call } from './api.js';
import { unbase64 } from './base64.js';
import { refused } from './decide.js';
import { h, replace } from './dom.js';
import { tell } from './fields.js';
import { RegistrationForm, requestKey } from './form.js';
import { inGroups } from './numbers.js';
import { date, named, word, yuan } from './words.js';

export async function amendPage({ body, rest: [number] }) {
  const { state } = await call('show', { case_number: number });
  if (state !== 'returned') {
    replace(body, h('div.head', h('h1', word('act.amend'))), h('p.notice', word('amend.not_returned', { state: named('state', state) })), h('a.button', { href: `#/case/${number}` }, word('apply.look')));
    return;
  }
  const printed = await call('print', { case_number: number, paper: 'PAPER_FORM', reason: 'to be corrected' });
  new Amendment(body, number, printed).begin();
}

class Amendment {
  constructor(body, number, { case_row: row, attachments = [] }) {
    Object.assign(this, { body, number, row, key: requestKey() });
    this.form = new RegistrationForm({});
    this.form.feeFen = row.form.fee_fen ?? 0;
    this.form.fill(row.form);
    for (const fixed of [this.form.kind, this.form.number, this.form.division]) fixed.input.disabled = true;
    this.wrong = h('div');
    this.go = h('button.primary', { type: 'submit' }, word('amend.go'));
    replace(this.form.side, h('section.card.pay', h('div.head', h('span', word('field.form.fee_fen')), h('b.fee', yuan(this.form.feeFen))), h('p.hint', word('amend.fee')), this.wrong, h('div.buttons', this.go)));
    this.form.element.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
    const { returned = {} } = row;
    replace(body, h('div.head', h('div', h('h1', word('act.amend')), h('p.mono', inGroups(number))), h('a.button', { href: `#/case/${number}` }, word('apply.look'))),
      h('section.eligibility.warning', h('p', h('span.dot'), h('b', returned.text)), h('p', word('amend.wanted', { fields: (returned.fields ?? []).map((path) => named('field', path)).join(' · ') })),
        h('p', word('amend.until', { date: date(returned.answer_by) })), h('p.hint', word('amend.again'))), this.form.element);
    const { fields: wanted = [] } = returned;
    this.form.hands.offerToKeep(row.form, wanted.includes('form.fingerprints'));
    if (attachments.length > 1 && !wanted.includes('form.photo_digest')) {
      this.before = new Blob([unbase64(attachments[0])], { type: 'image/jpeg' });
      this.form.photo.use(this.before);
    }
  }

  // Marks what is to be corrected, and begins there.
  begin() {
    const wanted = this.row.returned?.fields ?? [];
    const marked = this.form.fields.filter(({ dataset, paths = [] }) => [dataset.field, ...paths].some((path) => wanted.includes(path)));
    marked.forEach((each) => each.classList.add('wanted'));
    (marked.find(({ input }) => !input.disabled) ?? this.form.hands).input.focus();
  }

  async send() {
    replace(this.wrong);
    const read = await this.form.read();
    if (!read) return;
    this.go.disabled = true;
    try {
      const keepTogether = !this.form.together.given && !(this.row.returned?.fields ?? []).includes('form.guardian.photo_digest');
      const keepPhoto = this.form.photo.given === this.before;
      const { results: [result] } = await call('amend', { case_number: this.number, form: read.form, request_key: this.key, keep_photo: keepPhoto, keep_guardian_photo: keepTogether, keep_fingerprints: this.form.hands.kept,
        attachments: keepPhoto ? read.attachments.slice(1) : read.attachments });
      if (result.refusal) throw refused(result.refusal);
      tell(word('case.done', { act: word('act.amend') }));
      location.hash = `#/case/${this.number}`;
    } catch (problem) {
      this.go.disabled = false;
      this.form.say(problem, this.wrong);
    }
  }
}
