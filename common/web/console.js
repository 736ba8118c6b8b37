// SPDX-License-Identifier: Apache-2.0
// console - the frame around all pages: who works here, what can be opened, in which language. What a role can do stands in
// role.js: { navigation, pages, actions }.
import { listen, session } from './api.js';
import { h, replace } from './dom.js';
import { problemText } from './fields.js';
import { watchIdle } from './idle.js';
import { showKeys } from './keys.js';
import { loginPage } from './pages/login.js';
import { dashboardPage } from './pages/dashboard.js';
import { casesPage, foundPage } from './pages/cases.js';
import { casePage } from './pages/case.js';
import { erasedPage } from './pages/erased.js';
import { officesPage } from './pages/offices.js';
import { packagePage } from './pages/package.js';
import { operatorsPage } from './pages/operators.js';
import { role } from './role.js';
import { learnRules, permits } from './rules.js';
import { learnSentences } from './sentences.js';
import { chosen, choose, language, word } from './words.js';

const pages = {
  dashboard: dashboardPage,
  cases: casesPage,
  found: foundPage,
  case: casePage,
  erased: erasedPage,
  offices: officesPage,
  package: packagePage,
  operators: operatorsPage,
  ...role.pages,
};

let who = null;      // the session
let stop = () => {}; // ends what the page that is shown started
let stopEvents = () => {};
let stopIdle = () => {};
let sought = '';     // what was looked for last: in no address, as browsers remember those
const listeners = new Set();
const live = h('span.live', { title: '' });

const may = (...acts) => !acts.length || permits(who, acts);

function place() {
  const [path, query = ''] = (location.hash.slice(2) || 'dashboard').split('?');
  const [page, ...rest] = path.split('/');
  return { page, rest: rest.map(decodeURIComponent), query: Object.fromEntries(new URLSearchParams(query)) };
}

function languageButton() {
  return h('button.quiet', { type: 'button', lang: language === 'zh' ? 'en' : 'zh-CN', onclick: async () => {
    await choose(language === 'zh' ? 'en' : 'zh');
    show();
  } }, language === 'zh' ? 'English' : '中文');
}

const entries = () => [
  { page: 'dashboard' },
  { page: 'cases', duties: ['list'] },
  ...role.navigation,
  { page: 'offices' },
  { page: 'erased', duties: ['erase_query'] },
  { page: 'operators', duties: ['operator_list'] },
].filter(({ duties = [] }) => may(...duties));

// A case and what was found belong to the queue.
const belongs = { case: 'cases', found: 'cases' };

function navigation(page) {
  return h('nav', { 'aria-label': word('navigation') }, entries().map((entry, i) => {
    const here = entry.page === (belongs[page] ?? page);
    return h(here ? 'a.here' : 'a', { href: `#/${entry.page}`, 'aria-current': here ? 'page' : undefined }, word(entry.label ?? `page.${entry.page}`), h('kbd', String(i + 1)));
  }), h('button.keys', { type: 'button', onclick: showKeys }, word('keys'), h('kbd', '?')), h('a.aside', { href: '/docs' }, word('page.docs')));
}

function frame(page, body) {
  const find = h('input', { type: 'search', name: 'find', placeholder: word('find.placeholder'), 'aria-label': word('find'), autocomplete: 'off' });
  return [
    h('header',
      h('a.brand', { href: '#/dashboard' }, h('img', { src: '/yidi.svg', alt: '', width: '26', height: '26' }),
        h('span', h('b', who.office.name), h('small', `${word(`role.${who.office.role}`)} · ${who.office.code}`))),
      may('search') && h('form.find', { role: 'search', onsubmit: (event) => {
        event.preventDefault();
        seek(find.value.trim());
      } }, find),
      live,
      h('span.who', who.operator),
      languageButton(),
      h('button.quiet', { type: 'button', onclick: leave }, word('logout'))),
    h('div.frame', navigation(page), h('main', { id: 'main', tabindex: '-1' }, body)),
  ];
}

function seek(text) {
  if (!text) return;
  sought = text;
  if (location.hash === '#/found') show();
  else location.hash = '#/found';
}

async function leave() {
  await session.close().catch(() => {});
  end(false);
}

function end(ended) {
  who = null;
  sought = '';
  stop();
  stopEvents();
  stopIdle();
  replace(document.body, loginPage({ opened: begin, languageButton, ended }));
}

function begin(opened) {
  who = opened;
  stopEvents = listen(() => listeners.forEach((listener) => listener()), (up) => {
    live.classList.toggle('up', up);
    live.title = word(up ? 'live.up' : 'live.down');
  });
  stopIdle = watchIdle(opened);
  show();
}

async function show() {
  stop();
  listeners.clear();
  document.title = word('title');
  if (!who) {
    end(false);
    return;
  }
  const { page, rest, query } = place();
  const body = h(`div.page.${pages[page] ? page : 'missing'}`);
  replace(document.body, frame(page, body));
  document.getElementById('main').focus({ preventScroll: true }); // until the page knows better
  // A page may be left before all of it has come: what it begins after that ends at once.
  const stops = [];
  let left = false;
  stop = () => {
    left = true;
    stops.splice(0).forEach((each) => each());
  };
  const onLeave = (act) => (left ? act() : stops.push(act));
  const context = {
    body, rest, query, sought, seek, who, may, role, onLeave,
    reload: () => left || show(),
    onChange: (listener) => left || listeners.add(listener),
    every: (ms, act) => { const timer = setInterval(act, ms); onLeave(() => clearInterval(timer)); },
  };
  try {
    if (!pages[page]) throw new Error(word('page.missing'));
    await pages[page](context);
  } catch (problem) {
    replace(body, h('p.problem', { role: 'alert' }, problemText(problem)));
  }
}

// `/` leads to the search from anywhere, a digit to a page, `?` to what the keys do.
document.addEventListener('keydown', (event) => {
  if (!who || event.ctrlKey || event.altKey || event.metaKey || event.target.matches('input, textarea, select') || document.querySelector('dialog')) return;
  const entry = entries()[Number(event.key) - 1];
  if (event.key === '/') document.querySelector('.find input')?.focus();
  else if (event.key === '?') showKeys();
  else if (entry) location.hash = `#/${entry.page}`;
  else return;
  event.preventDefault();
});
window.addEventListener('hashchange', show);
window.addEventListener('session-ended', () => who && end(true));

const [opened] = await Promise.all([session.current().catch(() => null), choose(chosen()), learnRules(), learnSentences()]);
if (opened) begin(opened);
else end(false);
