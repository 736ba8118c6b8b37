// SPDX-License-Identifier: Apache-2.0
// photo - the photos of an application. The applicant's: any picture is moved and scaled into the frame of GA 461 (358 by 441 pixels, 24-bit JPEG), and kept
// below its size limit. With the mouse: drag, and turn the wheel; with the keyboard: arrows, + and -. The one of guardian and applicant
// together: any picture, made smaller.
import { h } from './dom.js';
import { fileButton } from './fields.js';
import { word } from './words.js';

const width = 358;
const height = 441;
const bytesMost = 40960;
const step = 0.02;
const side = { least: 240, most: 800 }; // of a photo of two

// The best JPEG that is small enough.
async function compress(canvas) {
  let made = null;
  for (let quality = 0.92; quality > 0.3 && !(made?.size <= bytesMost); quality -= 0.08) {
    made = await new Promise((done) => { canvas.toBlob(done, 'image/jpeg', quality); });
  }
  return made;
}

const bytesOf = async (blob) => (blob ? new Uint8Array(await blob.arrayBuffer()) : null);
const kilobytes = (blob) => (blob.size / 1024).toFixed(1);

// What is chosen in a file field, or dropped on its element.
function receive(element, file, use) {
  file.addEventListener('change', () => file.files[0] && use(file.files[0]));
  element.addEventListener('dragover', (event) => event.preventDefault());
  element.addEventListener('drop', (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) use(event.dataTransfer.files[0]);
  });
}

// The picture in its frame: which part of it, and how large.
class Frame {
  constructor() {
    this.canvas = h('canvas', { width, height, tabindex: '-1', role: 'img', 'aria-label': word('photo.frame') });
    this.zoom = h('input', { type: 'range', min: '1', max: '3', step: '0.01', value: '1', 'aria-label': word('photo.zoom'), disabled: true });
    this.picture = null;
  }

  // A picture that is to be cut may be moved; one that fits is only shown.
  show(picture, fits) {
    Object.assign(this, { picture, x: 0.5, y: 0.3 }); // heads are above the middle
    this.zoom.value = '1';
    this.draw();
    if (fits) this.picture = null;
    this.zoom.disabled = fits;
    this.canvas.tabIndex = fits ? -1 : 0;
  }

  draw() {
    const { picture, x, y } = this;
    const pen = this.canvas.getContext('2d');
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, width, height);
    const scale = Math.max(width / picture.width, height / picture.height) * Number(this.zoom.value);
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(picture, (width - picture.width * scale) * x, (height - picture.height * scale) * y, picture.width * scale, picture.height * scale);
  }

  move(dx, dy) {
    this.x = Math.min(1, Math.max(0, this.x + dx));
    this.y = Math.min(1, Math.max(0, this.y + dy));
    this.draw();
  }

  scale(by) {
    this.zoom.value = String(Number(this.zoom.value) + by);
    this.draw();
  }

  // Calls settled() when the picture has come to rest at another place.
  follow(settled) {
    const { canvas } = this;
    const keys = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    const on = (kind, act) => canvas.addEventListener(kind, (event) => this.picture && act(event), { passive: false });
    on('pointermove', (event) => event.buttons && this.move(-event.movementX / canvas.clientWidth, -event.movementY / canvas.clientHeight));
    on('pointerup', settled);
    on('wheel', (event) => {
      event.preventDefault();
      this.scale(event.deltaY < 0 ? 0.05 : -0.05);
      settled();
    });
    on('keydown', (event) => {
      if (keys[event.key]) this.move(...keys[event.key]);
      else if (event.key === '+' || event.key === '-') this.scale(event.key === '+' ? 0.05 : -0.05);
      else return;
      event.preventDefault();
      settled();
    });
    this.zoom.addEventListener('input', () => { this.draw(); settled(); });
  }
}

export function photoField({ changed = () => {} } = {}) {
  const frame = new Frame();
  const empty = h('span.empty', { 'aria-hidden': 'true' }, `${width} × ${height}`);
  const file = h('input', { id: 'photo-file', type: 'file', accept: 'image/*', 'aria-label': word('photo.choose') });
  const wrong = h('p.wrong', { role: 'alert' });
  const size = h('p.hint', { role: 'status' }, word('photo.hint'));
  const element = h('div.field.photo', { 'data-field': 'form.photo_digest' }, h('div.portrait', frame.canvas, empty),
    h('div', h('label', { for: file.id }, word('field.form.photo_digest'), h('i', { 'aria-hidden': 'true' }, '*')), fileButton(file), frame.zoom, size, wrong));
  const keep = (blob, words) => {
    element.given = blob;
    empty.hidden = true;
    wrong.textContent = '';
    size.textContent = word(words, { n: kilobytes(blob) });
    changed();
  };
  const cut = async () => keep(await compress(frame.canvas), 'photo.cut');
  const use = async (chosen) => {
    const picture = await createImageBitmap(chosen).catch(() => null);
    if (!picture) return element.say(word('photo.unreadable'));
    if (picture.width < width || picture.height < height) return element.say(word('photo.small', { width: picture.width, height: picture.height }));
    // What fits as it is stays as it is: no second compression.
    const fits = picture.width === width && picture.height === height && chosen.type === 'image/jpeg' && chosen.size <= bytesMost;
    frame.show(picture, fits);
    return fits ? keep(chosen, 'photo.fits') : cut();
  };
  frame.follow(cut);
  receive(element, file, use);
  return Object.assign(element, {
    input: file,
    paths: ['photo'],
    given: null, // the JPEG
    use,
    adopt: (other) => other.given && use(other.given),
    say: (text) => { wrong.textContent = text ?? ''; },
    missing: () => {
      if (!element.given) element.say(word('photo.missing'));
      return !element.given;
    },
    read: () => bytesOf(element.given),
  });
}

// Of guardian and applicant together; whether it must be there, the policy says, and the office.
export function guardianPhotoField({ changed = () => {} } = {}) {
  const canvas = h('canvas', { width, height, role: 'img', 'aria-label': word('field.form.guardian.photo_digest') });
  const file = h('input', { id: 'guardian-photo-file', type: 'file', accept: 'image/*', 'aria-label': word('photo.together.choose') });
  const wrong = h('p.wrong', { role: 'alert' });
  const size = h('p.hint', { role: 'status' }, word('photo.together.hint'));
  const element = h('div.field.photo.together', { 'data-field': 'form.guardian.photo_digest' }, h('div.portrait', canvas),
    h('div', h('label', { for: file.id }, word('field.form.guardian.photo_digest')), fileButton(file), size, wrong));
  const use = async (chosen) => {
    const picture = await createImageBitmap(chosen).catch(() => null);
    if (!picture) return element.say(word('photo.unreadable'));
    const scale = Math.min(1, side.most / Math.max(picture.width, picture.height));
    const [wide, high] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
    if (Math.min(wide, high) < side.least) return element.say(word('photo.together.small', { width: picture.width, height: picture.height }));
    Object.assign(canvas, { width: wide, height: high });
    const pen = canvas.getContext('2d');
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(picture, 0, 0, wide, high);
    // What fits as it is stays as it is: no second compression.
    const fits = scale === 1 && chosen.type === 'image/jpeg' && chosen.size <= bytesMost;
    element.given = fits ? chosen : await compress(canvas);
    element.say('');
    size.textContent = word('photo.together.taken', { width: wide, height: high, n: kilobytes(element.given) });
    return changed();
  };
  receive(element, file, use);
  return Object.assign(element, {
    input: file,
    given: null, // the JPEG
    use,
    adopt: (other) => other.given && use(other.given),
    say: (text) => { wrong.textContent = text ?? ''; },
    read: () => bytesOf(element.given),
  });
}
