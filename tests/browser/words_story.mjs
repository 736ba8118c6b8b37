// SPDX-License-Identifier: Apache-2.0
// words - every page is seen in both languages, and rare characters have a font. (make lint tells which words are missing or unused.)
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

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

// What an office answers, with something in it changed.
async function change(page, command, changed) {
  await page.route(`**/api/v1/${command}`, async (route) => {
    const response = await route.fetch();
    const answer = await response.json();
    changed(answer);
    await route.fulfill({ response, json: answer });
  });
}

// Troubles of peers, what holds an erasure back, and what another office refused: as the office tells them, in both languages or in
// English alone (person.mjs looks for English on Chinese pages).
export async function what_is_wrong_is_said_in_chinese_on_every_page({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const chief = await person('Langzhong', 'chief');
  const { page } = chief;
  const trouble = (peer) => Object.assign(peer, { trouble_code: 'PEER_STALLED', trouble: 'the peer answers, but does not take message 7; look at its log', trouble_chinese: '该机关有应答，但不接收第 7 条消息，请查看其日志' });
  await change(page, 'dashboard', ({ peers }) => peers.forEach(trouble));
  await change(page, 'peers', ({ peers }) => peers.forEach(trouble));
  await change(page, 'witnesses', ({ rows }) => rows.forEach(trouble));
  await change(page, 'erase_query', (report) => Object.assign(report, { resting: 'this office is out of service', resting_chinese: '本机关暂停服务',
    next: [{ case_number: number, state: 'refused', held: 'message 3 to office 440305001000 is not delivered yet', held_chinese: '发往机关 440305001000 的第 3 条消息尚未送达' }] }));
  await change(page, 'show', ({ case_row: row }) => { row.attention = { code: 'OPEN_APPLICATION', text: `case ${number} of the same citizen is open here`, peer: '440305001000' }; });
  await change(page, 'list', ({ cases }) => cases.forEach((each) => { each.attention = { code: 'STORE_DAMAGED', text: 'no office has ever said this' }; }));
  for (const [place, said] of [['dashboard', '不接收第 7 条消息'], ['offices', '不接收第 7 条消息'], ['erased', '尚未送达'], [`case/${number}`, '正在本机关办理'], ['cases', '无法读取']]) {
    await chief.open(place);
    await page.getByText(said).first().waitFor();
    await chief.look();
  }
  await page.unrouteAll();
}

// Each rule that a refusal may name, with something filled in; and two real refusals.
export async function what_a_refusal_says_is_in_the_language_of_the_page({ offices, person }) {
  const lin = await person('Shenzhen', 'lin');
  const rules = Object.keys(JSON.parse(readFileSync(new URL('../../common/web/sentences.zh.json', import.meta.url))));
  const said = await lin.page.evaluate(async (templates) => {
    const { sentence } = await import('/sentences.js');
    return templates.map((template) => sentence(template.replaceAll('{}', '18')));
  }, rules);
  const english = said.filter((text) => !/[\u4e00-\u9fff]/.test(text) || /[A-Za-z]{4,}/.test(text.replace(/UTF-8|JPEG|argon2id|map-size|Content-Length|HEAD|POST/g, '')));
  assert.deepEqual(english, []);
  const refused = (who, command, body) => who.page.evaluate(async ([path, asked]) => {
    const [{ call }, { problemText }] = await Promise.all([import('/api.js'), import('/fields.js')]);
    return call(path, asked).then(() => 'done', problemText);
  }, [command, body]);
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  assert.equal(await refused(lin, 'recover', { verb: 'RECOVER_START' }), '该操作员无权办理此项操作（此项由管理员办理）');
  assert.equal(await refused(lin, 'print', { case_number: number, paper: 'PAPER_NOTICE', reason: 'test' }), '业务当前状态下不能进行此操作（该申请既未退回也未被拒绝，且尚未办结）');
  const inEnglish = await person('Shenzhen', 'lin', 'en');
  assert.equal(await refused(inEnglish, 'print', { case_number: number, paper: 'PAPER_NOTICE', reason: 'test' }), 'not possible in the case\'s present state (the application is neither returned nor refused, nor has it ended)');
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
