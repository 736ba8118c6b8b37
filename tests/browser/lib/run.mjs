// SPDX-License-Identifier: Apache-2.0
// run - tells the stories of ../*_story.mjs, one after the other, and counts as cmocka does.
//
//   run.mjs [FILTER]    where * is anything
//
// A story gets { offices, browser, person(office, name, language) }. People who sit down stay logged in for the next story. After each
// story no page may have complained (person.mjs), and every page that is still open is looked at.
import { readdirSync } from 'node:fs';
import { launch } from './chromium.mjs';
import { openOffices } from './offices.mjs';
import { Person } from './person.mjs';

const storySeconds = 90;
const folder = new URL('..', import.meta.url);

async function gather(filter) {
  const pattern = new RegExp(`^${(filter || '*').split('*').map((part) => part.replace(/[^\w ]/g, '\\$&')).join('.*')}$`);
  const all = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('_story.mjs')).sort()) {
    const stories = await import(new URL(file, folder));
    all.push(...Object.entries(stories));
  }
  return all.filter(([name]) => pattern.test(name));
}

async function tell(story, world) {
  let timer;
  const late = new Promise((_, fail) => { timer = setTimeout(() => fail(new Error(`not done after ${storySeconds} s`)), storySeconds * 1000); });
  try {
    await Promise.race([story(world), late]);
    for (const person of world.people.values()) if (person.page.url().startsWith('http')) await person.look();
    const complaints = [...world.people.values()].flatMap((person) => person.takeComplaints().map((text) => `${person.name}: ${text}`));
    if (complaints.length) throw new Error(complaints.join('\n'));
    return '';
  } catch (problem) {
    for (const person of world.people.values()) person.takeComplaints();
    return problem.stack ?? String(problem);
  } finally {
    clearTimeout(timer);
  }
}

async function seen(world) {
  for (const [who, person] of world.people) console.log(`-- ${who} saw ${person.page.url()}\n${await person.page.locator('body').innerText().catch(() => '')}`);
}

const stories = await gather(process.argv[2]);
const offices = await openOffices();
const browser = await launch();
const people = new Map();
const world = {
  offices, browser, people,
  // Somebody at work; logged in, and the same one in later stories.
  async person(office, name, language = 'zh') {
    const key = `${name} at ${office} (${language})`;
    if (!people.has(key)) {
      const person = await Person.sit(browser, offices.at(office), name, { language });
      await person.logIn(offices.password);
      people.set(key, person);
    }
    return people.get(key);
  },
};

const failed = [];
console.log(`[==========] Running ${stories.length} test(s).`);
for (const [name, story] of stories) {
  console.log(`[ RUN      ] ${name}`);
  const began = Date.now();
  const problem = await tell(story, world);
  if (problem) {
    failed.push(name);
    console.log(problem);
    await seen(world);
  }
  console.log(`[  ${problem ? 'FAILED' : '    OK'}  ] ${name} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
console.log(`[==========] ${stories.length} test(s) run.`);
await browser.close();
await offices.close(failed.length > 0);
process.exit(failed.length ? 1 : 0);
