// SPDX-License-Identifier: Apache-2.0
// offices - the streams with the other offices: what waits, since when, and what is wrong.
import { call } from '../api.js';
import { h, replace } from '../dom.js';
import { word } from '../words.js';
import { peerTable } from './dashboard.js';

export async function officesPage({ body, every }) {
  const table = h('section.card');
  const load = async () => replace(table, peerTable((await call('peers')).peers ?? []));
  replace(body, h('div.head', h('h1', word('page.offices'))), table);
  await load();
  every(5000, () => load().catch(() => {}));
}
