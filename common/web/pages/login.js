// SPDX-License-Identifier: Apache-2.0
// login - who works here.
import { session } from '../api.js';
import { h, replace } from '../dom.js';
import { field, sayProblem } from '../fields.js';
import { duration, word } from '../words.js';

export function loginPage({ opened, languageButton, ended }) {
  const fields = [
    field({ name: 'operator', label: word('login.operator'), required: true, autocomplete: 'username', autocapitalize: 'none', spellcheck: false, maxlength: '32' }),
    field({ name: 'password', label: word('login.password'), type: 'password', required: true, autocomplete: 'current-password' }),
  ];
  const wrong = h('div');
  const go = h('button.primary', { type: 'submit' }, word('login.go'));
  const form = h('form.login', h('div.mark', h('img', { src: '/yidi.svg', alt: '', width: '40', height: '40' }), h('div', h('h1', word('title')), h('p', word('login.lead')))),
    ended && h('p.notice', { role: 'status' }, word('login.ended')), fields, wrong, h('div.buttons', languageButton(), go));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    go.disabled = true;
    replace(wrong);
    try {
      opened(await session.open(fields[0].read(), fields[1].read()));
    } catch (problem) {
      fields[1].input.value = '';
      sayProblem(problem, fields, wrong);
      fields[1].input.focus();
      if (problem.status === 429 && problem.retryAfter) {
        countDown(problem.retryAfter, wrong, go);
        return;
      }
    }
    go.disabled = false;
  });
  queueMicrotask(() => fields[0].input.focus());
  return h('main.door', form);
}

// Nobody is heard before that: the button comes back when it is time.
function countDown(seconds, said, button) {
  const until = Date.now() + seconds * 1000;
  const left = h('span', { role: 'timer' });
  (said.querySelector('.problem') ?? said).append(' ', left);
  const tick = () => {
    const ms = until - Date.now();
    if (ms <= 0 || !left.isConnected) {
      button.disabled = false;
      replace(said);
      return;
    }
    left.textContent = word('login.wait', { time: duration(Math.ceil(ms / 1000) * 1000) });
    setTimeout(tick, Math.min(ms, 1000));
  };
  tick();
}
