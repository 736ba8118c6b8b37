// SPDX-License-Identifier: Apache-2.0
// status - the applicant's page: number and code of a receipt, typed or brought along by its QR code, and where the application
// stands. Sentences come from the office in both languages; nothing is kept here.
import { h, replace } from './dom.js';
import { chosen, choose, language, word } from './words.js';

const scanned = /^#yidi:1:([0-9A-Z]{26}):([0-9A-Z]{10})$/;
const way = ['examination', 'production', 'delivery', 'ready', 'collected'];

const typed = { number: '', code: '' };
let told = null;   // the office's answer
let wrong = null;  // or its problem: { chinese, english, wait }

const say = (words) => (language === 'zh' ? words.chinese : words.english);

const day = (value) => String(value).replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3'); // as in the sentences

const grouped = (number) => number.replace(/^(.{12})(.{6})(.{7})(.)$/, '$1-$2-$3-$4');

async function ask() {
  let response;
  told = wrong = null;
  try {
    response = await fetch('/api/v1/public/status', {
      method: 'POST', cache: 'no-store', credentials: 'omit', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ case_number: typed.number, code: typed.code }),
    });
    const answer = await response.json();
    if (response.ok) told = answer;
    else wrong = { ...answer, wait: Number(response.headers.get('Retry-After') ?? 0) };
  } catch {
    wrong = { chinese: '暂时无法查询，请稍后再试。', english: 'The office does not answer; please try again later.', wait: 0 };
  }
  show();
  document.querySelector('.answer')?.focus();
}

function field(name, attributes) {
  const input = h('input', { id: name, name, required: true, autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false',
    value: typed[name], oninput: () => { typed[name] = input.value; }, ...attributes });
  input.value = typed[name];
  return h('div.field', h('label', { for: name }, word(`status.${name}`)), input);
}

function form() {
  const button = h('button.primary', { type: 'submit' }, word('status.ask'));
  return h('form.ask.card', { onsubmit: async (event) => {
    event.preventDefault();
    button.disabled = true;
    await ask();
  } },
  field('number', { maxlength: '60', placeholder: '000000000000-000000-0000000-0' }),
  field('code', { maxlength: '20', placeholder: 'XXXXX-XXXXX' }),
  button,
  h('p.hint', word('status.where')));
}

function steps(stage) {
  const at = way.indexOf(stage);
  return at >= 0 && h('ol.steps', way.map((each, place) =>
    h(`li${place < at || stage === 'collected' ? '.done' : place === at ? '.here' : ''}`,
      { 'aria-current': place === at ? 'step' : undefined }, word(`status.step.${each}`))));
}

const list = (title, sentences = []) => sentences.length > 0
  && h('div.list', h('h3', title), h('ul', sentences.map((each) => h('li', say(each)))));

function facts() {
  const rows = [
    ['accepted', told.accepted_on],
    [told.stage === 'ready' ? 'ready_since' : 'since', told.since],
    ['due', told.due_on],
    [told.stage === 'ready' ? 'collect_by' : 'correct_by', told.act_by],
  ];
  return h('dl.facts', rows.filter(([, value]) => value).map(([name, value]) =>
    [h('dt', word(`status.${name}`)), h('dd', day(value))]));
}

function answer() {
  return h(`section.answer.card.standing.${told.stage}`, { tabindex: '-1', 'aria-live': 'polite' },
    h('h2', say(told.standing)),
    h('p.number', grouped(told.case_number)),
    steps(told.stage),
    told.next?.length > 0 && h('div.next', h('h3', word('status.next')), h('ul', told.next.map((each) => h('li', say(each))))),
    list(word('status.corrections'), told.corrections),
    list(word('status.reasons'), told.reasons),
    facts(),
    told.office && h('div.window', h('h3', word('status.window')), h('p', told.office.name), h('p.contact', told.office.contact)),
    h('div.buttons', h('button', { type: 'button', onclick: () => {
      told = null;
      typed.number = typed.code = '';
      show();
      document.getElementById('number').focus();
    } }, word('status.another'))));
}

// What a refusal means, as a sentence.
function sentence(text) {
  return text.replace(/^[a-z]/, (first) => first.toUpperCase()).replace(/[^。.]$/, (last) => last + (language === 'zh' ? '。' : '. '));
}

function problem() {
  const long = wrong.wait > 90;
  return h('p.problem.answer', { role: 'alert', tabindex: '-1' }, sentence(say(wrong)),
    wrong.wait > 0 && word('status.wait', { n: long ? Math.ceil(wrong.wait / 60) : wrong.wait, unit: word(long ? 'status.minutes' : 'status.seconds') }));
}

function show() {
  document.title = word('status.title');
  document.body.className = 'status';
  replace(document.body, h('main.sheet',
    h('div.top', h('img', { src: '/yidi.svg', alt: '', width: '34', height: '34' }), h('h1', word('status.title')),
      h('button', { type: 'button', lang: language === 'zh' ? 'en' : 'zh-CN', onclick: async () => {
        await choose(language === 'zh' ? 'en' : 'zh');
        show();
      } }, language === 'zh' ? 'English' : '中文')),
    wrong && problem(),
    told ? answer() : form(),
    h('p.foot', word('status.foot'))));
}

await choose(chosen());
const brought = scanned.exec(location.hash);
show();
if (brought) {
  [, typed.number, typed.code] = brought;
  history.replaceState(null, '', location.pathname); // nobody who looks at the address finds the code
  await ask();
}
