// SPDX-License-Identifier: Apache-2.0
// idle - says before it is too late that the session is about to end because nobody works here, or because its time is over.
import { call, idleMs, onWall } from './api.js';
import { h } from './dom.js';
import { clock, word } from './words.js';

const lookMs = 1000;
const warnMsMost = 60000;
const lastWordsMs = 300000; // before the session ends whatever happens

// Begins to watch; gives back how to stop. The office counts in steps of a minute or a quarter of the idle time, whichever is less.
export function watchIdle(session) {
  const { idle_ms: idle, ends_ms: ends, office } = session;
  if (!idle) return () => {};
  const step = Math.min(warnMsMost, idle / 4);
  let dialog = null;
  const told = h('p.notice', { role: 'status', hidden: true });
  const touch = () => call('peers', { office: office.code }).catch(() => {});
  let stayedMs = Date.now();
  const stay = () => {
    if (Date.now() - stayedMs < step) return;
    stayedMs = Date.now();
    touch();
  };
  const close = () => {
    dialog?.remove();
    dialog = null;
  };
  const warn = (leftMs) => {
    if (!dialog) {
      const left = h('b');
      dialog = h('dialog.idle', { onclose: () => { close(); touch(); } }, h('form', { method: 'dialog' }, h('h2', word('idle.title')), h('p', word('idle.lead'), ' ', left),
        h('div.buttons', h('button.primary', { type: 'submit' }, word('idle.stay')))));
      dialog.left = left;
      document.body.append(dialog);
      dialog.showModal();
    }
    dialog.left.textContent = word('duration.second', { n: Math.ceil(leftMs / 1000) });
  };
  const look = () => {
    const leftMs = idle - step - idleMs();
    if (onWall(session)) stay();
    else if (leftMs <= 0) touch();
    else if (leftMs <= step) warn(leftMs);
    else if (dialog) dialog.close();
    told.hidden = Number(ends) - Date.now() > lastWordsMs;
    if (!told.hidden && !told.isConnected) {
      told.textContent = word('idle.ends', { time: clock(ends) });
      document.getElementById('main')?.prepend(told);
    }
  };
  const timer = setInterval(look, lookMs);
  return () => { clearInterval(timer); close(); };
}
