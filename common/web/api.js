// SPDX-License-Identifier: Apache-2.0
// api - the commands of proto/control.proto over HTTP, and the problems (RFC 9457) that they answer with.

const unattendedMost = 60000;
const listenAgainMs = 10000;

let token = '';
let unattendedMs = unattendedMost; // after so long without a touch a page is alone; less where sessions are short
let touched = Date.now(); // when somebody last did something at this page

for (const kind of ['keydown', 'pointerdown']) {
  window.addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });
}

// For how long nobody has touched this page, in milliseconds.
export const idleMs = () => Date.now() - touched;

export class Problem extends Error {
  constructor(status, body, retryAfter = 0) {
    super(body.detail ?? body.title ?? String(status));
    this.status = status;
    this.code = body.code ?? '';
    this.field = body.field ?? '';
    this.words = { zh: body.chinese ?? body.title ?? '', en: body.english ?? body.title ?? '' };
    this.rule = body.detail ?? '';
    this.retryAfter = retryAfter; // seconds in which nobody is heard
  }
}

async function request(method, path, body) {
  const headers = { Accept: 'application/json' };
  if (method !== 'GET') headers['X-Yidi-Token'] = token;
  // What a page asks by itself does not keep an idle session open.
  if (idleMs() > unattendedMs) headers['X-Yidi-Unattended'] = '1';
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: 'no-store' });
  } catch {
    throw new Problem(0, { code: 'OFFICE_UNREACHABLE', english: 'The office does not answer.', chinese: '与本单位系统的连接已中断。' });
  }
  const text = await response.text();
  let answer = {};
  try {
    answer = text ? JSON.parse(text) : {};
  } catch {
    throw new Problem(response.status, {});
  }
  if (response.ok) return answer;
  const problem = new Problem(response.status, answer, Number(response.headers.get('Retry-After') ?? 0));
  if (response.status === 401 && path !== '/api/v1/session') window.dispatchEvent(new Event('session-ended'));
  throw problem;
}

// One command, by the name of its field in Request; its body as JSON.
export const call = (command, body = {}) => request('POST', `/api/v1/${command}`, body);

// A screen on the wall shows nobody's data: it stays while it is looked at, until the session's last hour.
export const onWall = ({ roles = [] }) => roles.includes('wall');

function remember(session) {
  token = session.csrf ?? '';
  unattendedMs = onWall(session) ? Infinity : Math.min(unattendedMost, Number(session.idle_ms ?? Infinity) / 4);
  return session;
}

// Who works here now: { operator, roles, csrf, office }. Throws a problem of status 401 when nobody does.
export const session = {
  current: async () => remember(await request('GET', '/api/v1/session')),
  open: async (operator, password) => remember(await request('POST', '/api/v1/session', { operator, password })),
  close: () => request('POST', '/api/v1/logout', {}),
};

// Calls listener() after the office has committed something, at most once a second: what it was is asked for; and after a time in which
// nothing could be heard. A browser gives up after any answer but 200, so it is asked again. Gives back how to stop.
export function listen(listener, standing) {
  let source, due = 0, again = 0, deaf = false;
  const open = () => {
    source = new EventSource('/api/v1/events');
    source.onopen = () => {
      standing(true);
      if (deaf) listener();
      deaf = false;
    };
    source.onerror = () => {
      standing(false);
      deaf = true;
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, listenAgainMs);
    };
    source.addEventListener('changed', () => {
      due ||= setTimeout(() => { due = 0; listener(); }, 1000);
    });
  };
  open();
  return () => { clearTimeout(due); clearTimeout(again); source.close(); };
}
