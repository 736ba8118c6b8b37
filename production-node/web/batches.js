// SPDX-License-Identifier: Apache-2.0
// batches - which cards a machine makes together: put together, exported, its results entered.
import { call } from './api.js';
import { h, replace } from './dom.js';
import { ask, field, problemText, tell } from './fields.js';
import { save } from './download.js';
import { table } from './table.js';
import { named, number, time, word } from './words.js';

const resultsMost = 100;

export async function batchesPage({ body, rest: [batch], may }) {
  if (batch) return one(body, batch, may);
  const { batches = [] } = await call('batch_query', { batch: '' });
  const make = () => ask({
    title: word('batch.make'), lead: word('batch.make.lead'),
    fields: [field({ name: 'acceptance_office', label: word('batch.office'), maxlength: '12', hint: word('batch.office.hint') }),
      field({ name: 'machine', label: word('batch.machine'), maxlength: '40' }), field({ name: 'limit', label: word('batch.limit'), type: 'number', min: '1', max: '1024', value: '1024' })],
    act: async ({ limit, ...more }) => {
      const report = await call('batch_make', { ...more, limit: Number(limit) });
      location.hash = `#/batches/${report.batches[0].batch}`;
    },
  });
  replace(body, h('div.head', h('h1', word('page.batches')), may('maker') && h('button.primary', { type: 'button', onclick: make }, word('batch.make'))),
    h('div.scroll', table([
      { label: word('batch.number'), cell: ({ batch: each }) => h('a.mono', { href: `#/batches/${each}` }, each) },
      { label: word('batch.cards'), number: true, cell: ({ cards }) => number(cards) },
      { label: word('batch.office'), cell: ({ acceptance_office: office }) => office || word('all') },
      { label: word('batch.machine'), cell: ({ machine }) => machine },
      { label: word('who'), cell: ({ operator }) => operator },
      { label: word('stock.time'), cell: ({ made_ms: ms }) => time(ms) },
    ], batches, { none: word('batch.none') })));
}

async function one(body, batch, may) {
  const { batches: [row], cards = [] } = await call('batch_query', { batch });
  const progress = h('p.hint', { role: 'status' });
  const file = h('input', { type: 'file', accept: '.csv,text/csv', hidden: true, onchange: () => enter(batch, file.files[0], progress, () => one(body, batch, may)) });
  replace(body, h('div.head', h('div', h('h1', word('batch.title', { batch })), h('p', `${row.machine} ${time(row.made_ms)}`)),
      may('maker') && h('div.buttons', h('button', { type: 'button', onclick: () => exported(batch, progress) }, word('batch.export')),
        h('button.primary', { type: 'button', onclick: () => file.click() }, word('batch.import')), file)),
    progress,
    h('div.scroll', table([
      { label: word('cases.number'), cell: ({ case_number: number_ }) => h('a.mono', { href: `#/case/${number_}` }, number_) },
      { label: word('cases.state'), cell: ({ state, left }) => [named('state', state), left && h('span.flag.doubt', word('batch.left'))] },
      { label: word('case.card_serial'), cell: ({ card_serial: serial }) => h('span.mono', serial) },
    ], cards)));
}

// What the machine needs, as one JSON file; yidictl batch export writes the same as files with a manifest.
async function exported(batch, progress) {
  const all = [];
  let after = '';
  try {
    do {
      const page = await call('batch_export', { batch, after });
      all.push(...(page.cards ?? []));
      after = page.next ?? '';
      progress.textContent = word('batch.exported', { n: number(all.length) });
    } while (after);
  } catch (problem) {
    progress.textContent = problemText(problem);
    return;
  }
  save(`batch-${batch}.json`, new Blob([JSON.stringify({ batch, cards: all })], { type: 'application/json' }));
}

// The machine's result file: case_number,card_serial,good|defective,text.
async function enter(batch, file, progress, done) {
  const lines = (await file.text()).replace(/^\ufeff/, '').split(/\r?\n/).filter((line) => line && !line.startsWith('case_number'));
  const results = lines.map((line) => line.split(',')).map(([caseNumber, serial, verdict, text = '']) => (
    { case_number: caseNumber, card_serial: serial, defective: verdict !== 'good', text }));
  let refused = 0;
  try {
    for (let at = 0; at < results.length; at += resultsMost) {
      const answer = await call('batch_import', { batch, results: results.slice(at, at + resultsMost) });
      refused += answer.results.filter(({ refusal }) => refusal).length;
    }
  } catch (problem) {
    progress.textContent = problemText(problem);
    return;
  }
  tell(word('batch.imported', { n: number(results.length - refused), refused: number(refused) }), refused ? 'bad' : 'good');
  done();
}
