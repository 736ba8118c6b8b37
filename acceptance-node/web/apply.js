// SPDX-License-Identifier: Apache-2.0
// apply - the registration form (居民身份证异地受理登记表), from the number to the receipt. Checked beside each field as it is typed;
// the office has the last word, and a form sent twice makes one case (request key).
import { call } from './api.js';
import { ageOn, readCitizenNumber } from './citizen_number.js';
import { divisionPicker } from './division_picker.js';
import { h, replace } from './dom.js';
import { field, problemText, sayProblem, tell } from './fields.js';
import { base64, photoField } from './photo.js';
import { date, dayNumber, language, named, word, yuan } from './words.js';

const reasons = { RENEWAL: ['EXPIRING', 'EXPIRED', 'DAMAGED', 'DETAILS_CHANGED'], REPLACEMENT: ['LOST', 'STOLEN'], FIRST: ['FIRST_CARD'] };
const evidence = { RENEWAL: ['ORIGINAL_CARD'], REPLACEMENT: ['HOUSEHOLD_REGISTER', 'RESIDENCE_PERMIT'], FIRST: ['HOUSEHOLD_REGISTER'] };
const identity = ['HOUSEHOLD_REGISTER', 'DRIVING_LICENCE', 'PASSPORT', 'RESIDENCE_PERMIT', 'ORIGINAL_CARD'];
const fingers = { right: ['RIGHT_THUMB', 'RIGHT_INDEX', 'RIGHT_MIDDLE', 'RIGHT_RING', 'RIGHT_LITTLE'], left: ['LEFT_THUMB', 'LEFT_INDEX', 'LEFT_MIDDLE', 'LEFT_RING', 'LEFT_LITTLE'] };
const guardianAge = 16;

const choices = (family, names) => names.map((name) => [name, named(family, name)]);
const termed = (path, more) => field({ name: `form.${path}`, label: word(`field.form.${path}`), ...more });
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export async function applyPage({ body, onLeave }) {
  const form = new ApplyForm(body);
  onLeave(() => form.end());
}

class ApplyForm {
  constructor(body) {
    this.body = body;
    this.key = newKey();
    this.build();
    this.draw();
    this.followNumber();
    this.followKind();
    const warn = (event) => { if (this.number.read()) event.preventDefault(); };
    window.addEventListener('beforeunload', warn);
    this.end = () => window.removeEventListener('beforeunload', warn);
    queueMicrotask(() => this.number.input.focus());
  }

  build() {
    this.kind = termed('kind', { options: choices('kind', ['RENEWAL', 'REPLACEMENT', 'FIRST']), onchange: () => this.followKind() });
    this.reason = termed('reason', { options: choices('cause', reasons.RENEWAL), onchange: () => this.quote() });
    this.waiver = termed('fee_waiver', { options: [['NO_WAIVER', word('apply.no_waiver')], ...choices('waiver', ['WELFARE', 'HARDSHIP'])], onchange: () => this.quote() });
    this.number = termed('person.citizen_number', { required: true, maxlength: '20', inputmode: 'text', autocomplete: 'off', spellcheck: false, class: 'mono',
      check: (text) => { const read = readCitizenNumber(text); return read.complete && !read.right ? word('apply.number_wrong') : ''; }, oninput: () => this.followNumber() });
    this.name = termed('person.name', { required: true, maxlength: '50', autocomplete: 'off' });
    this.sex = termed('person.sex', { options: choices('sex', ['MALE', 'FEMALE']) });
    this.group = termed('person.ethnic_group', { options: choices('ethnic', Array.from({ length: 56 }, (_, i) => String(i + 1).padStart(2, '0'))) });
    this.division = divisionPicker({ name: 'form.person.registration_division', label: word('field.form.person.registration_division'), required: true, changed: () => this.quote() });
    this.address = termed('person.address', { required: true, maxlength: '100', autocomplete: 'off' });
    this.phone = termed('phone', { required: true, type: 'tel', maxlength: '20', autocomplete: 'off' });
    this.basis = termed('residence_basis', { options: choices('basis', ['WORK', 'STUDY', 'LIVING']) });
    this.residence = termed('residence_address', { required: true, maxlength: '100', autocomplete: 'off' });
    this.identity = termed('identity_document', { options: choices('document', identity) });
    this.identityNumber = termed('identity_document_number', { required: true, maxlength: '32', autocomplete: 'off' });
    this.evidence = termed('evidence', { options: choices('document', evidence.RENEWAL) });
    this.changed = termed('appearance_changed', { type: 'checkbox', label: word('apply.appearance_changed') });
    this.guardian = ['name', 'citizen_number', 'relation'].map((part) => termed(`guardian.${part}`, { maxlength: '50', autocomplete: 'off' }));
    this.photo = photoField();
    this.hands = ['right', 'left'].map((hand) => ({
      position: field({ name: `position.${hand}`, label: word(`apply.finger.${hand}`), options: [...choices('finger', fingers[hand]), ['', word('apply.finger.none')]] }),
      file: field({ name: `template.${hand}`, label: word('apply.template'), type: 'file' }),
    }));
    this.noFingers = termed('no_fingerprints_reason', { maxlength: '100', hint: word('apply.no_fingers.hint') });
    this.fields = [this.kind, this.reason, this.waiver, this.number, this.name, this.sex, this.group, this.division, this.address, this.phone, this.basis, this.residence,
      this.identity, this.identityNumber, this.evidence, this.changed, ...this.guardian, this.photo, ...this.hands.flatMap(({ position, file }) => [position, file]), this.noFingers];
  }

  draw() {
    const part = (name, ...fields) => h('fieldset.card', h('legend', word(`apply.${name}`)), h('div.grid', fields));
    this.minor = part('guardian', this.guardian);
    this.wrong = h('div');
    this.advice = h('div', { 'aria-live': 'polite' });
    this.fee = h('b.fee');
    this.quoted = h('p.hint', { 'aria-live': 'polite' });
    this.go = h('button.primary', { type: 'submit' }, word('apply.go'));
    const sheet = h('form.apply', { novalidate: true }, h('div.columns',
      h('div.wide', part('what', this.kind, this.reason, this.waiver), part('who', this.number, this.name, this.sex, this.group, this.division, this.address), this.minor,
        part('where', this.phone, this.basis, this.residence, this.identity, this.identityNumber, this.evidence)),
      h('div', h('fieldset.card', h('legend', word('apply.biometrics')), this.photo, this.hands.map(({ position, file }) => h('div.pair', position, file)), this.noFingers, this.changed),
        h('section.card.pay', h('div.head', h('span', word('field.form.fee_fen')), this.fee), this.quoted, this.advice, this.wrong,
          h('div.buttons', h('button', { type: 'button', onclick: () => this.askEligibility() }, word('apply.ask')), this.go)))));
    sheet.addEventListener('submit', (event) => { event.preventDefault(); this.send(); });
    replace(this.body, h('div.head', h('h1', word('page.apply'))), sheet);
  }

  followKind() {
    const kind = this.kind.read();
    replace(this.reason.input, choices('cause', reasons[kind]).map(([value, text]) => h('option', { value }, text)));
    replace(this.evidence.input, choices('document', evidence[kind]).map(([value, text]) => h('option', { value }, text)));
    this.quote();
  }

  followNumber() {
    const read = readCitizenNumber(this.number.read());
    this.minor.hidden = !(read.right && ageOn(read.birth, dayNumber(Date.now())) < guardianAge);
    if (read.right) this.sex.input.value = read.sex;
    if (read.right || this.question?.birth_date) this.quote();
  }

  // What is due by the policy of today, and what comes of it; an answer that a later question has overtaken says nothing.
  async quote() {
    const asked = [this.kind, this.reason, this.waiver];
    const number = readCitizenNumber(this.number.read());
    const question = { kind: this.kind.read(), reason: this.reason.read(), fee_waiver: this.waiver.read(),
      birth_date: number.right ? number.birth : 0, registration_division: this.division.read() };
    this.question = question;
    const quoted = await call('quote', question).catch((problem) => ({ problem }));
    if (this.question !== question) return;
    const wrong = asked.find(({ dataset }) => dataset.field === quoted.problem?.field);
    asked.forEach((each) => each.say(each !== wrong ? '' : each === this.waiver ? word('apply.quote.no_waiver') : problemText(quoted.problem)));
    this.feeFen = quoted.fee_fen ?? 0;
    this.fee.textContent = quoted.problem ? '–' : yuan(this.feeFen);
    replace(this.quoted, quoted.problem ? !wrong && problemText(quoted.problem) : sayQuote(quoted));
  }

  // The form as the office wants it, and its attachments; says what is missing and gives nothing when it cannot be sent.
  async read() {
    const empty = this.fields.find((each) => each.input.required && !each.input.closest('[hidden]') && !each.read());
    if (empty) {
      empty.say(word('required'));
      empty.input.focus();
      return null;
    }
    const number = readCitizenNumber(this.number.read());
    const attachments = [];
    const photo = await this.photo.read();
    if (!photo) {
      this.photo.say(word('photo.missing'));
      this.photo.input.focus();
      return null;
    }
    attachments.push(base64(photo));
    const fingerprints = [];
    const missing = [];
    for (const [i, hand] of ['right', 'left'].entries()) {
      const position = this.hands[i].position.read();
      const file = this.hands[i].file.read();
      const order = fingers[hand];
      if (position && file) {
        attachments.push(base64(new Uint8Array(await file.arrayBuffer())));
        fingerprints.push({ position });
        missing.push(...order.slice(0, order.indexOf(position)));
      } else if (!position) {
        missing.push(...order);
      }
    }
    return {
      attachments,
      form: {
        kind: this.kind.read(), reason: this.reason.read(), fee_waiver: this.waiver.read(), fee_fen: this.feeFen ?? 0,
        person: { citizen_number: number.text, name: this.name.read(), sex: this.sex.read(), ethnic_group: this.group.read(), birth_date: number.birth ?? 0, address: this.address.read(),
          registration_division: this.division.read() },
        phone: this.phone.read(), residence_basis: this.basis.read(), residence_address: this.residence.read(), identity_document: this.identity.read(),
        identity_document_number: this.identityNumber.read(), evidence: this.evidence.read(), appearance_changed: this.changed.read(), fingerprints, fingers_missing: missing,
        no_fingerprints_reason: this.noFingers.read(),
        ...(this.minor.hidden ? {} : { guardian: Object.fromEntries(['name', 'citizen_number', 'relation'].map((name, i) => [name, this.guardian[i].read()])) }),
      },
    };
  }

  async askEligibility() {
    const read = await this.read();
    if (!read) return;
    replace(this.advice, h('p.hint', word('apply.asking')));
    try {
      replace(this.advice, sayAdvice(await call('eligibility', { form: read.form })));
    } catch (problem) {
      replace(this.advice);
      sayProblem(problem, this.fields, this.wrong);
    }
  }

  async send() {
    const read = await this.read();
    if (!read) return;
    this.go.disabled = true;
    replace(this.wrong);
    try {
      const applied = await call('apply', { form: read.form, request_key: this.key, attachments: read.attachments });
      this.end();
      tell(word('apply.done'));
      this.accepted(applied);
    } catch (problem) {
      sayProblem(problem, this.fields, this.wrong);
      this.go.disabled = false;
    }
  }

  accepted(applied) {
    replace(this.body, h('section.card.accepted', h('h1', word('apply.accepted')), h('p.big.mono', applied.case_number),
      h('dl.facts', h('dt', word('field.form.fee_fen')), h('dd', yuan(applied.fee_fen)), h('dt', word('case.statutory_deadline')), h('dd', date(dayNumber(applied.statutory_deadline_ms))),
        h('dt', word('role.registry')), h('dd', applied.registry_name)),
      (applied.warnings ?? []).map((warning) => h('p.alarm.warning', h('span.dot'), language === 'zh' ? warning.chinese : warning.english)),
      h('div.buttons', h('a.button', { href: `#/print/receipt/${applied.case_number}` }, word('print.receipt')), h('a.button', { href: `#/print/form/${applied.case_number}` }, word('print.form')),
        h('a.button', { href: `#/case/${applied.case_number}` }, word('apply.look')), h('button.primary', { type: 'button', onclick: () => new ApplyForm(this.body) }, word('apply.next')))));
  }
}

function sayQuote({ validity, statutory_deadline_ms: deadline }) {
  const by = word('apply.quote.by', { date: date(dayNumber(deadline)) });
  if (!validity) return by;
  return `${by} · ${validity.until ? word('apply.quote.valid', { years: validity.years, date: date(validity.until) }) : word('apply.quote.long_term')}`;
}

function sayAdvice(answer) {
  return h('p.hint', JSON.stringify(answer));
}
