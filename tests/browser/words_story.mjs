// SPDX-License-Identifier: Apache-2.0
// words - both languages have every word that a page asks for, and every page is seen in both.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const sources = new URL('../..', import.meta.url).pathname;
const folders = ['common/web', 'common/web/pages', 'acceptance-node/web', 'registry-node/web', 'production-node/web'];
const scripts = folders.flatMap((folder) => readdirSync(join(sources, folder)).filter((name) => name.endsWith('.js')).map((name) => join(sources, folder, name)));
const catalogue = (language) => JSON.parse(readFileSync(join(sources, `common/web/words.${language}.json`)));
const terms = (language) => JSON.parse(readFileSync(join(process.env.YIDI_BIN, `../web/terms.${language}.json`)));

export async function the_two_catalogues_have_the_same_keys_and_places() {
  for (const [zh, en] of [[catalogue('zh'), catalogue('en')], [terms('zh'), terms('en')]]) {
    assert.deepEqual(Object.keys(en).filter((key) => !key.endsWith('.one')).sort(), Object.keys(zh).sort());
    const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const key of Object.keys(zh)) {
      assert.ok(zh[key] && en[key], key);
      assert.deepEqual(places(en[key]), places(zh[key]), key);
    }
  }
}

export async function every_key_in_the_scripts_is_in_the_catalogues() {
  const known = { ...catalogue('zh'), ...terms('zh') };
  const missing = scripts.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/\bword\('([^']+)'/g)].map(([, key]) => key).filter((key) => !(key in known)).map((key) => `${path}: ${key}`));
  assert.deepEqual(missing, []);
}

const seats = [['Shenzhen', 'lin'], ['Langzhong', 'pu'], ['CentreGD', 'mo'], ['Shenzhen', 'chief'], ['Langzhong', 'chief'], ['CentreGD', 'chief'], ['CentreGD', 'auditor']];

export async function every_page_has_its_words_and_fits_the_screen({ person }) {
  for (const [office, name] of seats) {
    for (const language of ['en', 'zh']) {
      const somebody = await person(office, name);
      await somebody.speak(language);
      const places = await somebody.page.locator('nav a').evaluateAll((links) => links.map((link) => link.getAttribute('href').slice(2)));
      assert.ok(places.length >= 3, `${name} sees ${places.length} pages`);
      for (const place of places) {
        await somebody.open(place);
        await somebody.look();
        assert.equal(await somebody.page.locator('#main > .page > .problem').count(), 0, `${place} of ${name} has a problem: ${await somebody.page.locator('#main').innerText()}`);
      }
    }
  }
}

// One each of the extensions B to F of the unified ideographs, as they stand in names.
export async function rare_characters_in_names_have_a_font({ person }) {
  const { page } = await person('Langzhong', 'pu');
  await page.evaluate(() => document.getElementById('main').append(Object.assign(document.createElement('p'), { id: 'rare', textContent: '\u{20000}\u{2A700}\u{2B740}\u{2B820}\u{2CEB0}' })));
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('DOM.enable');
  await devtools.send('CSS.enable');
  const { root } = await devtools.send('DOM.getDocument');
  const { nodeId } = await devtools.send('DOM.querySelector', { nodeId: root.nodeId, selector: '#rare' });
  const { fonts } = await devtools.send('CSS.getPlatformFontsForNode', { nodeId });
  assert.equal(fonts.filter(({ familyName }) => /^(HanaMin|BabelStone Han|Noto Sans CJK)/.test(familyName)).reduce((sum, { glyphCount }) => sum + glyphCount, 0), 5, JSON.stringify(fonts));
  await page.evaluate(() => document.getElementById('rare').remove());
}
