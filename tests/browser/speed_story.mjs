// SPDX-License-Identifier: Apache-2.0
// speed - how soon something is seen. A slow or busy machine shows every page late, so one that is nothing but a word is the measure.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';

const wantedMs = 1000;
const timesAWord = 10;
const attempts = 3;

const firstPaint = (page) => page.evaluate(() => new Promise((done) => {
  new PerformanceObserver((list) => list.getEntriesByName('first-contentful-paint').forEach(({ startTime }) => done(startTime))).observe({ type: 'paint', buffered: true });
}));

// The soonest of some, each in a browser that has nothing of it yet but the log-in.
async function soonest(browser, state, url) {
  let best = Infinity;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const context = await browser.newContext({ storageState: state, viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    await page.goto(url);
    best = Math.min(best, await firstPaint(page));
    await context.close();
  }
  return best;
}

export async function the_first_page_and_the_queue_are_painted_within_a_second({ browser, person }) {
  const chief = await person('Langzhong', 'chief');
  const state = await chief.context.storageState();
  const server = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>word'));
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const word = await soonest(browser, undefined, `http://127.0.0.1:${server.address().port}/`);
  server.close();
  for (const place of ['dashboard', 'cases']) {
    const painted = await soonest(browser, state, `${chief.at.console}/#/${place}`);
    console.log(`${place}: ${painted.toFixed(0)} ms; a word: ${word.toFixed(0)} ms`);
    assert.ok(painted < Math.max(wantedMs, timesAWord * word), `${place} is painted after ${painted} ms, a word after ${word} ms`);
  }
}
