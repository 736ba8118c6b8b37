// SPDX-License-Identifier: Apache-2.0
// apply - from the number to the receipt: the form is filled in, the registry is asked, then the fee is taken. A form that is left
// half way is still here when its clerk comes back; one that is sent twice makes one case (request key).
import { call } from './api.js';
import { h, replace } from './dom.js';
import { problemText, tell } from './fields.js';
import { failed, sayEligibility } from './eligibility.js';
import { RegistrationForm, requestKey } from './form.js';
import { inGroups } from './numbers.js';
import { date, dayNumber, duration, language, word, yuan } from './words.js';

let left = null; // the form that was left unfinished in this session

export async function applyPage({ body, rest: [draft], who, onLeave }) {
  const kept = left?.session === who.csrf && (!draft || left.draft === draft) ? left : null;
  const page = new Application(body, who, kept);
  left = page;
  onLeave(() => page.leave());
  if (draft && !kept) await page.takeUp(draft);
}

class Application {
  constructor(body, who, kept) {
    this.body = body;
    this.session = who.csrf;
    this.key = kept?.key ?? requestKey();
    this.draft = kept?.draft ?? '';
    this.form = new RegistrationForm({ feeChanged: () => this.quote(), changed: () => this.forget() });
    this.draw();
    if (kept) {
      this.form.fill(kept.form.form());
      this.form.adopt(kept.form);
    }
    this.quote();
    this.warn = (event) => { if (this.form.begun) event.preventDefault(); };
    window.addEventListener('beforeunload', this.warn);
    queueMicrotask(() => this.form.number.input.focus());
  }

  leave() {
    window.removeEventListener('beforeunload', this.warn);
  }

  end() {
    this.leave();
    left = null;
  }

  draw() {
    this.wrong = h('div');
    this.advice = h('div', { 'aria-live': 'polite', tabindex: '-1' });
    this.fee = h('b.fee');
    this.quoted = h('p.hint', { 'aria-live': 'polite' });
    this.ask = h('button.primary', { type: 'submit' }, word('apply.ask'));
    this.take = h('button.primary', { type: 'button', hidden: true, onclick: () => this.send() });
    replace(this.form.side, h('section.card.pay', h('div.head', h('span', word('field.form.fee_fen')), this.fee), this.quoted, this.advice, this.wrong,
      h('div.buttons', h('button', { type: 'button', onclick: () => this.save() }, word('apply.save')), this.take, this.ask)));
    this.form.element.addEventListener('submit', (event) => { event.preventDefault(); this.askRegistry(); });
    this.title = h('small');
    replace(this.body, h('div.head', h('h1', word('page.apply'), this.title), h('div.buttons', h('a.button', { href: '#/drafts' }, word('page.drafts')),
      h('button', { type: 'button', onclick: () => this.restart() }, word('apply.restart')))), this.form.element);
    this.sayDraft();
  }

  sayDraft() {
    this.title.textContent = this.draft ? word('apply.draft', { draft: this.draft }) : '';
  }

  restart() {
    this.end();
    location.hash === '#/apply' ? window.dispatchEvent(new HashChangeEvent('hashchange')) : location.assign('#/apply');
  }

  // What is due by the policy of today, and what comes of it; an answer that a later question has overtaken says nothing.
  async quote() {
    const { form } = this;
    const asked = [form.kind, form.reason, form.waiver];
    const question = { kind: form.kind.read(), reason: form.reason.read(), fee_waiver: form.waiver.read(), birth_date: form.person?.birth ?? 0, registration_division: form.division.read() };
    this.question = question;
    const quoted = await call('quote', question).catch((problem) => ({ problem }));
    if (this.question !== question) return;
    const wrong = asked.find(({ dataset }) => dataset.field === quoted.problem?.field);
    asked.forEach((each) => each.say(each !== wrong ? '' : each === form.waiver ? word('apply.quote.no_waiver') : problemText(quoted.problem)));
    form.feeFen = quoted.fee_fen ?? 0;
    this.fee.textContent = quoted.problem ? '–' : yuan(form.feeFen);
    replace(this.quoted, quoted.problem ? !wrong && problemText(quoted.problem) : sayQuote(quoted));
    this.sayTake();
  }

  // What the registry said was about another form.
  forget() {
    if (this.take.hidden) return;
    this.take.hidden = true;
    this.ask.hidden = false;
    replace(this.advice);
  }

  sayTake() {
    this.take.textContent = word(this.told && failed(this.told) ? 'apply.anyway' : 'apply.go', { fee: yuan(this.form.feeFen ?? 0) });
  }

  async askRegistry() {
    if (this.ask.disabled) return;
    replace(this.wrong);
    const read = await this.form.read();
    if (!read) return;
    this.ask.disabled = true;
    replace(this.advice, h('p.hint', word('apply.asking')));
    try {
      this.told = await call('ask_eligibility', { apply: { form: read.form, request_key: this.key, draft: this.draft } });
      replace(this.advice, sayEligibility(this.told));
      this.ask.hidden = true;
      this.take.hidden = false;
      this.take.classList.toggle('danger', failed(this.told));
      this.sayTake();
      (failed(this.told) ? this.advice : this.take).focus(); // to accept it all the same takes more than one more Enter
    } catch (problem) {
      replace(this.advice);
      this.form.say(problem, this.wrong);
    }
    this.ask.disabled = false;
  }

  async send() {
    replace(this.wrong);
    const read = await this.form.read();
    if (!read) return;
    this.take.disabled = true;
    try {
      const applied = await call('apply', { form: read.form, request_key: this.key, eligibility: this.told?.reference ?? '', draft: this.draft, attachments: read.attachments });
      this.end();
      this.accepted(applied);
    } catch (problem) {
      this.take.disabled = false;
      this.form.say(problem, this.wrong);
      // Whether it took effect is not known; the same form again is the same case.
      if (['TIMED_OUT', 'OFFICE_UNREACHABLE'].includes(problem.code)) this.wrong.append(h('p.hint', word('apply.again')));
    }
  }

  async save() {
    replace(this.wrong);
    try {
      const { drafts: [kept] } = await call('draft_save', { name: this.draft, form: this.form.form() });
      this.draft = kept.name;
      this.sayDraft();
      tell(word('apply.saved', { draft: kept.name, age: duration(Number(kept.expires_ms) - Date.now() + 60000) }));
    } catch (problem) {
      this.form.say(problem, this.wrong);
    }
  }

  async takeUp(name) {
    const { drafts: [kept] } = await call('draft_take', { name, reason: 'taken up again' });
    this.draft = kept.name;
    this.sayDraft();
    await this.form.fill(kept.form);
    this.form.fields.find((each) => !each.closest('[hidden]') && each.input.required && !each.read())?.input.focus();
  }

  accepted(applied) {
    const print = h('a.button.primary', { href: `#/print/receipt+form/${applied.case_number}` }, word('print.both'));
    replace(this.body, h('section.card.accepted', h('h1', word('apply.accepted')), h('p.big.mono', inGroups(applied.case_number)), applied.repeated_request && h('p.notice', word('apply.repeated')),
      h('dl.facts', h('dt', word('field.form.fee_fen')), h('dd', h('b', yuan(applied.fee_fen))), h('dt', word('case.statutory_deadline')), h('dd', date(dayNumber(applied.statutory_deadline_ms))),
        h('dt', word('role.registry')), h('dd', applied.registry_name)),
      (applied.warnings ?? []).map((warning) => h('p.alarm.warning', h('span.dot'), language === 'zh' ? warning.chinese : warning.english)),
      applied.eligibility && sayEligibility(applied.eligibility),
      h('div.buttons', h('a.button', { href: `#/case/${applied.case_number}` }, word('apply.look')), h('button', { type: 'button', onclick: () => this.restart() }, word('apply.next')), print)));
    print.focus();
  }
}

function sayQuote({ validity, statutory_deadline_ms: deadline }) {
  const by = word('apply.quote.by', { date: date(dayNumber(deadline)) });
  if (!validity) return by;
  return `${by} · ${validity.until ? word('apply.quote.valid', { years: validity.years, date: date(validity.until) }) : word('apply.quote.long_term')}`;
}
