// SPDX-License-Identifier: Apache-2.0
// batches - which cards a machine makes together: put together, exported, its results entered.
import { call } from './api.js';
import { base64 } from './base64.js';
import { decide, refusalText } from './decide.js';
import { h, replace } from './dom.js';
import { ask, field, problemText, tell } from './fields.js';
import { caseLink } from './numbers.js';
import { learnOffices, officeName } from './offices.js';
import { save } from './download.js';
import { table } from './table.js';
import { named, number, time, word } from './words.js';
import { zip } from './zip.js';

export async function batchesPage(context) {
  const { body, rest: [batch], may, who } = context;
  if (batch) return one(context, batch);
  const { batches = [] } = await call('batch_query', { batch: '' });
  await learnOffices(batches.map(({ acceptance_office: office }) => office), who.office);
  const make = async () => {
    const { peers = [] } = await call('peers');
    return ask({
      title: word('batch.make'), lead: word('batch.make.lead'),
      fields: [field({ name: 'acceptance_office', label: word('batch.office'), options: [['', word('all')], ...peers.map(({ office, name }) => [office, `${name} ${office}`])] }),
        field({ name: 'machine', label: word('batch.machine'), maxlength: '40' }), field({ name: 'limit', label: word('batch.limit'), type: 'number', min: '1', max: '1024', value: '1024', required: true })],
      act: async ({ limit, ...more }) => {
        const report = await call('batch_make', { ...more, limit: Number(limit) });
        location.hash = `#/batches/${report.batches[0].batch}`;
      },
    });
  };
  replace(body, h('div.head', h('h1', word('page.batches')), may('batch_make') && h('button.primary', { type: 'button', onclick: make }, word('batch.make'))),
    h('div.scroll', table([
      { label: word('batch.number'), cell: ({ batch: each }) => h('a.mono', { href: `#/batches/${each}` }, each) },
      { label: word('batch.cards'), number: true, cell: ({ cards }) => number(cards) },
      { label: word('batch.office'), cell: ({ acceptance_office: office }) => (office ? [officeName(office), h('small.mono', office)] : word('all')) },
      { label: word('batch.machine'), cell: ({ machine }) => machine || '–' },
      { label: word('who'), cell: ({ operator }) => operator },
      { label: word('stock.time'), cell: ({ made_ms: ms }) => time(ms) },
    ], batches, { none: word('batch.none') })));
}

async function one(context, batch) {
  const { body, may, reload, onChange } = context;
  const { batches: [row], cards = [] } = await call('batch_query', { batch });
  const progress = h('div', { role: 'status' });
  const file = h('input', { type: 'file', accept: '.csv,text/csv', hidden: true, onchange: () => enter(batch, file, progress, reload) });
  const checks = [['check-eye', 'BY_EYE'], ['check-reader', 'BY_READER']].map(([name, by]) => ({ name, verb: 'CHECK_CARD', fixed: { by } }));
  const made = cards.filter(({ state }) => state === 'made').map(({ case_number: each }) => each);
  const check = async (act) => {
    const results = await decide(act, made);
    if (!results) return;
    const refused = results.filter(({ refusal }) => refusal);
    if (!refused.length) reload();
    else sayRefused(progress, word('cases.done', { n: number(results.length - refused.length) }), refused.map(({ case_number: each, refusal }) => [each, refusalText(refusal)]));
  };
  const states = [...new Set(cards.map(({ state }) => state))].map((state) => `${named('state', state)} ${number(cards.filter((card) => card.state === state).length)}`).join(' · ');
  replace(body, h('div.head', h('div', h('h1', word('batch.title', { batch })), h('p', [row.machine, row.operator, time(row.made_ms), states].filter(Boolean).join(' · '))),
      h('div.buttons', made.length && may('decide.check-card') ? checks.map((act) => h('button.primary', { type: 'button', onclick: () => check(act) }, word(`act.${act.name}`), h('b', number(made.length)))) : null,
        may('batch_export') && h('button', { type: 'button', onclick: () => exported(row, progress) }, word('batch.export')),
        may('batch_import') && [h('button.primary', { type: 'button', onclick: () => file.click() }, word('batch.import')), file])),
    progress,
    h('div.scroll', table([
      { label: word('cases.number'), cell: ({ case_number: number_ }) => caseLink(number_) },
      { label: word('cases.state'), cell: ({ state, left }) => [named('state', state), left && h('span.flag.doubt', word('batch.left'))] },
      { label: word('case.card_serial'), cell: ({ card_serial: serial }) => h('span.mono', serial || '–') },
    ], cards)),
    may('batch_export') && h('p.hint', word('batch.export.hint')),
    may('batch_import') && h('p.hint', word('batch.import.hint'), ' ', h('code', 'case,serial,ok|defective,text')));
  onChange(async () => {
    const now = await call('batch_query', { batch }).catch(() => null);
    if (now && JSON.stringify(now.cards) !== JSON.stringify(cards) && !document.querySelector('dialog') && !progress.childNodes.length) reload();
  });
}

function sayRefused(place, title, refused) {
  replace(place, h('section.results', h('h2', title, ' · ', word('cases.refused', { n: number(refused.length) })),
    h('ul', refused.map(([which, why]) => h('li', h('span.mono', which), ' ', why)))));
}

const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

// The files of the machine, as the office makes them, and their manifest (BatchManifest) as one archive.
async function exported({ batch, acceptance_office: office, machine }, progress) {
  const cards = [];
  const files = [];
  let after = '';
  try {
    do {
      const page = await call('batch_export', { batch, after });
      for (const { noted, data = [] } of page.cards ?? []) {
        cards.push(noted);
        data.forEach((bytes, i) => files.push({ name: noted.files[i].name, bytes: unhex(bytes) }));
      }
      after = page.next ?? '';
      progress.textContent = word('batch.exported', { n: number(cards.length) });
    } while (after);
  } catch (problem) {
    progress.textContent = problemText(problem);
    return;
  }
  const manifest = JSON.stringify({ batch, office, machine, exported_ms: Date.now(), cards });
  if (files.length) save(`${batch}.zip`, zip([...files, { name: 'manifest.json', bytes: new TextEncoder().encode(manifest) }]));
  sayExported(progress, cards);
}

// Which cards are in the archive, and which not.
function sayExported(place, cards) {
  const out = cards.filter(({ left_out: why }) => why);
  const cut = cards.filter(({ cut_on_chip: fields = [] }) => fields.length);
  replace(place, h(out.length ? 'section.results' : 'p.calm', out.length ? h('h2', word('batch.exported.some', { n: number(cards.length - out.length), out: number(out.length) }))
    : [h('span.dot'), word('batch.exported.all', { n: number(cards.length) })], out.length > 0 && h('ul', out.map(({ case_number: each, left_out: why }) => {
    const [code] = why.split(' ');
    return h('li', caseLink(each), ' ', named('code', code), ' ', h('code', code));
  }))), cut.length > 0 && h('p.hint', word('batch.exported.cut', { n: number(cut.length), count: cut.length })));
}

// The machine's result file: a line for each card body, read by the office, as yidictl batch import sends it.
async function enter(batch, input, progress, done) {
  const bytes = new Uint8Array(await input.files[0].arrayBuffer());
  input.value = '';
  try {
    const { results = [], made = 0, defective = 0, known = 0 } = await call('batch_import', { batch, attachments: [base64(bytes)] });
    const refused = results.filter(({ refusal }) => refusal);
    const text = word('batch.imported', { made: number(made), defective: number(defective), known: number(known) });
    if (!refused.length) {
      tell(text);
      done();
    } else sayRefused(progress, text, refused.map(({ line, case_number: each, refusal }) => [`${word('batch.line', { n: number(line) })} ${each}`, refusalText(refusal)]));
  } catch (problem) {
    replace(progress, h('p.problem', { role: 'alert' }, problemText(problem), ' ', h('code', problem.code)));
  }
}
