// SPDX-License-Identifier: Apache-2.0
// hostile - markup in every text field, pages of strangers, requests that no page sends, bodies too big, clients too slow or too many.
import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { fillForm } from './lib/form.mjs';
import { Person } from './lib/person.mjs';

const markup = '<img src=/x onerror="window.stolen=1"><script>window.stolen=1</script>';

// Nothing of it became an element, nothing ran.
async function harmless(person, made = 0) {
  const found = await person.page.evaluate(() => ({ stolen: window.stolen ?? 0, made: document.querySelectorAll('img[onerror], img[src="/x"], script:not([src])').length }));
  assert.deepEqual(found, { stolen: 0, made }, person.page.url());
}

export async function markup_in_the_form_is_refused_or_stays_text({ offices, person }) {
  const lin = await person('Shenzhen', 'lin');
  await lin.open('apply');
  await fillForm(lin, offices.somebody());
  const texts = await lin.page.locator('form.apply [data-field]').evaluateAll((fields) => fields.filter((each) => each.offsetParent && each.querySelector('input:not([type]), input[type=text], input[type=tel], textarea'))
    .map((each) => each.dataset.field));
  assert.ok(texts.length >= 6, texts.join());
  for (const name of texts) {
    const right = await lin.field(name).inputValue();
    await lin.field(name).evaluate((input) => input.removeAttribute('maxlength'));
    await lin.field(name).fill(markup);
    await lin.page.locator('.pay button.primary:visible').click();
    await lin.page.locator('.wrong:not(:empty), .problem, .eligibility').first().waitFor();
    await harmless(lin);
    await lin.field(name).fill(right);
    if (name.endsWith('registration_division')) await lin.field(name).press('Enter');
  }
  await lin.open('dashboard');
}

export async function markup_from_another_office_stays_text({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody(), { residence_address: markup, identity_document_number: '<b>1</b>' });
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  await pu.openCase(number, 'received');
  await pu.press('case.open');
  await pu.fill('reason', markup);
  await pu.confirm();
  await pu.dialog().waitFor({ state: 'detached' });
  await pu.page.getByText(markup, { exact: true }).waitFor();
  await harmless(pu);
  await pu.act('refuse', { reasons: ['IDENTITY_DOUBTFUL'], text: markup });
  await offices.state('Shenzhen', number, 'refused');
  const lin = await person('Shenzhen', 'lin');
  await lin.openCase(number, 'refused');
  await lin.page.getByText(markup, { exact: true }).waitFor();
  await harmless(lin);
}

export async function markup_in_what_clerks_tell_each_other_stays_text({ offices, person }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const pu = await person('Langzhong', 'pu');
  const fan = await person('Langzhong', 'fan');
  await pu.openCase(number, 'received');
  await pu.press('lease.hold');
  await fan.openCase(number, 'received');
  await fan.press('lease.take_over');
  await fan.fill('reason', markup);
  await fan.confirm();
  await fan.dialog().waitFor({ state: 'detached' });
  await fan.act('return', { fields: ['form.phone'], text: markup });
  await fan.sees('returned');
  await offices.state('Shenzhen', number, 'returned');
  const lin = await person('Shenzhen', 'lin');
  await lin.openCase(number, 'returned');
  await lin.page.getByText(markup, { exact: true }).first().waitFor();
  await harmless(lin);
  await lin.begin('amend');
  await lin.page.getByText(markup, { exact: true }).first().waitFor();
  for (const each of [pu, fan, lin]) await harmless(each);
  await lin.open('dashboard');
}

export async function markup_in_addresses_and_searches_stays_text({ person }) {
  const lin = await person('Shenzhen', 'lin');
  for (const place of ['case/', 'package/', 'cases?find=', 'cases?state=', 'print/receipt/', 'fees?date=', '']) {
    await lin.open(`${place}${encodeURIComponent(markup)}`).catch(() => {});
    await harmless(lin);
  }
  await lin.open('dashboard');
  await lin.page.getByRole('searchbox').fill(markup);
  const searched = lin.page.waitForResponse(/api\/v1\/search/);
  await lin.page.keyboard.press('Enter');
  await searched;
  await lin.page.locator('#main').locator('.none, .problem').first().waitFor();
  await harmless(lin);
  await lin.open('dashboard');
}

export async function markup_as_a_name_logs_nobody_in({ offices, browser }) {
  const mallory = await Person.sit(browser, offices.at('CentreGD'), markup);
  await mallory.page.goto(mallory.at.console);
  await mallory.field('operator').evaluate((input) => input.removeAttribute('maxlength'));
  await mallory.tryPassword(markup);
  await mallory.page.locator('.problem, .wrong:not(:empty)').first().waitFor();
  await harmless(mallory);
  assert.deepEqual(mallory.takeComplaints(), []);
  await mallory.leave();
}

export async function the_policy_of_the_pages_lets_no_stranger_script_run({ offices, browser }) {
  const mallory = await Person.sit(browser, offices.at('Shenzhen'), 'mallory');
  await mallory.page.goto(mallory.at.console);
  await mallory.field('operator').waitFor();
  await mallory.page.evaluate(() => {
    const inline = document.createElement('script');
    inline.textContent = 'window.stolen = 1';
    document.body.append(inline);
    const handler = document.createElement('div');
    document.body.append(handler);
    handler.setAttribute('onclick', 'window.stolen = 1');
    handler.click();
    setTimeout('window.stolen = 1');
  });
  await mallory.page.waitForTimeout(50);
  await harmless(mallory, 1);
  assert.match(mallory.takeComplaints().join(), /Content Security Policy/);
  const { headers } = await ask(offices.at('Shenzhen'), 'GET', '/');
  assert.match(headers['content-security-policy'], /frame-ancestors 'none'/);
  assert.doesNotMatch(headers['content-security-policy'], /unsafe/);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  await mallory.leave();
}

// ---- pages of strangers ----

async function withPage(host, html, act) {
  const server = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(html));
  await new Promise((done) => { server.listen(0, host, done); });
  try {
    return await act(`http://${host}:${server.address().port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

// The stranger's page has the address of the office, at another port: cookies go along with what it sends.
export async function a_page_of_a_stranger_decides_nothing({ offices, browser }) {
  const number = offices.apply('Shenzhen', 'lin', offices.somebody());
  await offices.state('Langzhong', number, 'received');
  const pu = await Person.sit(browser, offices.at('Langzhong'), 'pu');
  await pu.logIn(offices.password);
  const url = new URL(pu.at.console);
  const body = JSON.stringify({ verb: 'EXAMINE', case_numbers: [number] });
  const form = `<form method="post" enctype="text/plain" action="${url.origin}/api/v1/decide"><input name='${body.slice(0, -1)},"text":"' value='"}'></form><iframe src="${url.origin}/"></iframe>`;
  const answers = await withPage(url.hostname, form, async (stranger) => {
    const page = await pu.context.newPage();
    await page.goto(stranger);
    const sent = await page.evaluate(async ([target, text]) => {
      const attempt = (path, more) => fetch(`${target}/api/v1/${path}`, { credentials: 'include', ...more }).then(({ status }) => status, () => 'blocked');
      const decide = (more) => attempt('decide', { method: 'POST', body: text, ...more });
      const framed = (() => { try { return document.querySelector('iframe').contentDocument?.body.textContent ?? ''; } catch { return ''; } })();
      return { json: await decide({ headers: { 'Content-Type': 'application/json' } }), token: await decide({ headers: { 'Content-Type': 'application/json', 'X-Yidi-Token': 'x' } }),
        blind: await decide({ mode: 'no-cors' }), looked: await attempt('session'), framed };
    }, [url.origin, body]);
    await page.evaluate(() => document.forms[0].submit());
    await page.waitForLoadState();
    sent.form = await page.locator('body').innerText();
    await page.close();
    return sent;
  });
  assert.deepEqual({ ...answers, form: '' }, { json: 'blocked', token: 'blocked', blind: 'blocked', looked: 'blocked', framed: '', form: '' });
  assert.match(answers.form, /"status":4\d\d/);
  await offices.state('Langzhong', number, 'received');
  await pu.leave();
}

// ---- requests that no page sends ----

// { status, headers, body }; status 0 when the connection was closed without an answer.
function ask({ console: address }, method, path, { headers = {}, body } = {}) {
  return new Promise((done) => {
    const { hostname, port } = new URL(address);
    const sent = request({ hostname, port, method, path, headers: { Connection: 'close', ...headers } }, (response) => {
      let text = '';
      response.on('data', (part) => { text += part; });
      response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: text }));
      response.on('error', () => done({ status: response.statusCode, headers: response.headers, body: text }));
    });
    sent.on('error', () => done({ status: 0, headers: {}, body: '' }));
    sent.end(body);
  });
}

async function cookieOf(person) {
  const [cookie] = await person.context.cookies(person.at.console);
  assert.ok(cookie.httpOnly && cookie.sameSite === 'Strict');
  return `${cookie.name}=${cookie.value}`;
}

export async function a_command_without_the_token_is_refused({ offices, person }) {
  const lin = await person('Shenzhen', 'lin');
  const cookie = await cookieOf(lin);
  const json = { 'Content-Type': 'application/json', Cookie: cookie };
  for (const headers of [json, { ...json, 'X-Yidi-Token': '0'.repeat(64) }, { ...json, 'X-Yidi-Token': '' }]) {
    const { status, body } = await ask(offices.at('Shenzhen'), 'POST', '/api/v1/list', { headers, body: '{}' });
    assert.equal(status, 403, body);
    assert.match(body, /"chinese":/);
  }
  const csrf = await lin.page.evaluate(async () => (await (await fetch('/api/v1/session')).json()).csrf);
  const right = { ...json, 'X-Yidi-Token': csrf };
  assert.equal((await ask(offices.at('Shenzhen'), 'POST', '/api/v1/list', { headers: right, body: '{}' })).status, 200);
  for (const wrong of [{ Origin: 'http://example.org' }, { Origin: 'null' }, { 'Content-Type': 'text/plain' }]) {
    const { status } = await ask(offices.at('Shenzhen'), 'POST', '/api/v1/list', { headers: { ...right, ...wrong }, body: '{}' });
    assert.ok([400, 403].includes(status), `${JSON.stringify(wrong)}: ${status}`);
  }
  assert.equal((await ask(offices.at('Langzhong'), 'POST', '/api/v1/list', { headers: right, body: '{}' })).status, 401);
}

export async function no_path_leads_out_of_the_pages({ offices }) {
  for (const path of ['/../office.conf', '/..%2foffice.conf', '/%2e%2e/%2e%2e/etc/passwd', '/pages/../../signing.key', '//etc/passwd', '/console.js%00.css', '/.%252e/signing.key', '/api/v1/../../store',
    '/pages/', '/api/v1/', '/store/data.mdb', `/${'a'.repeat(4000)}`]) {
    const { status, body } = await ask(offices.at('Shenzhen'), 'GET', path);
    assert.ok(status >= 400 && status < 500, `${path}: ${status}`);
    assert.doesNotMatch(body, /root:|PRIVATE KEY|control-socket|<html/);
  }
}

export async function what_is_too_big_is_refused_in_words({ offices, person }) {
  const lin = await person('Shenzhen', 'lin');
  await lin.open('dashboard');
  const answer = await lin.page.evaluate(async () => {
    const { csrf } = await (await fetch('/api/v1/session')).json();
    try {
      const response = await fetch('/api/v1/apply', { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Yidi-Token': csrf }, body: JSON.stringify({ attachments: ['A'.repeat(5 << 20)] }) });
      return { status: response.status, ...await response.json() };
    } catch {
      return { status: 0 };
    }
  });
  assert.ok(answer.status === 413 || answer.status === 0, `${answer.status}`);
  const stranger = await ask(offices.at('Shenzhen'), 'POST', '/api/v1/session', { headers: { 'Content-Type': 'application/json', 'Content-Length': 1 << 30 }, body: 'x' });
  assert.ok([413, 0].includes(stranger.status), `${stranger.status}`);
  assert.equal((await ask(offices.at('Shenzhen'), 'GET', '/healthz')).status, 200);
}

export async function a_slow_client_is_cut_off_and_holds_up_nobody({ offices }) {
  const { hostname, port } = new URL(offices.at('CentreGD').console);
  const began = Date.now();
  const slow = connect(Number(port), hostname);
  slow.on('error', () => {});
  const cut = new Promise((done) => { slow.on('close', done); });
  slow.write('POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n');
  const drip = setInterval(() => slow.write('{'), 500);
  for (let tries = 0; tries < 5; tries += 1) assert.equal((await ask(offices.at('CentreGD'), 'GET', '/readyz')).status, 200);
  await Promise.race([cut, new Promise((_, fail) => { setTimeout(() => fail(new Error('never cut off')), 20000).unref(); })]);
  clearInterval(drip);
  assert.ok(Date.now() - began < 15000);
}

export async function two_hundred_connections_leave_room_for_work({ offices, person }) {
  const mo = await person('CentreGD', 'mo');
  const { hostname, port } = new URL(mo.at.console);
  const crowd = Array.from({ length: 200 }, () => connect(Number(port), hostname));
  await Promise.all(crowd.map((each) => new Promise((done) => { each.on('connect', done); each.on('error', done); })));
  for (const each of crowd.slice(0, 100)) each.write('GET / HTTP/1.1\r\nHost: x\r\n');
  const began = Date.now();
  await mo.open('offices');
  await mo.open('dashboard');
  assert.ok(Date.now() - began < 5000, `${Date.now() - began} ms`);
  for (const each of crowd) each.destroy();
}
