// SPDX-License-Identifier: Apache-2.0
// words - every page is seen in both languages, and rare characters have a font. (make lint tells which words are missing or unused.)
import assert from 'node:assert/strict';

const seats = [['Shenzhen', 'lin'], ['Langzhong', 'pu'], ['CentreGD', 'mo'], ['Shenzhen', 'chief'], ['Langzhong', 'chief'], ['CentreGD', 'chief']];

export async function every_page_has_its_words_and_fits_the_screen({ person }) {
  for (const [office, name] of seats) {
    for (const language of ['en', 'zh']) {
      const somebody = await person(office, name);
      await somebody.speak(language);
      const places = await somebody.page.locator('nav a[href^="#/"]').evaluateAll((links) => links.map((link) => link.getAttribute('href').slice(2)));
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
