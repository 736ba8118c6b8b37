// SPDX-License-Identifier: Apache-2.0
// offices - the streams with the other offices, and who has seen whose journal: what waits, since when, and what is wrong.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { table } from '../table.js';
import { number, time, word } from '../words.js';
import { officeCell, peerTable } from './dashboard.js';

const refreshMs = 5000;

export async function officesPage({ body, every, may }) {
  const peers = h('div.scroll');
  const witnesses = h('section');
  const load = async () => {
    replace(peers, peerTable((await call('peers')).peers ?? []));
    if (may('witnesses')) replace(witnesses, witnessTable((await call('witnesses')).rows ?? []));
  };
  replace(body, h('div.head', h('h1', word('page.offices'))), peers, witnesses);
  await load();
  every(refreshMs, () => load().catch(() => {}));
}

const upTo = (epoch, size) => (Number(size) ? `${number(size)}${epoch > 1 ? ` · ${word('witness.epoch', { n: epoch })}` : ''}` : '–');

function witnessTable(rows) {
  return [h('h2.after', word('witness.title')), h('p.hint', word('witness.lead')), h('div.scroll', table([
    { label: word('offices.office'), cell: officeCell },
    { label: word('witness.theirs'), number: true, cell: ({ their_epoch: epoch, their_size: size }) => upTo(epoch, size) },
    { label: word('witness.proved'), number: true, cell: ({ proved_size: size, their_epoch: epoch }) => upTo(epoch, size) },
    { label: word('witness.proved.when'), cell: ({ proved_ms: ms }) => time(ms) },
    { label: word('witness.ours'), number: true, cell: ({ our_epoch: epoch, our_size: size }) => upTo(epoch, size) },
    { label: word('witness.ours.when'), cell: ({ witnessed_ms: ms }) => time(ms) },
  ], rows, { rowClass: ({ trouble }) => (trouble ? 'late' : ''), none: word('offices.none') }))];
}
