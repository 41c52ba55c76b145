// Lay out the slides: formulas first, then what does not fit goes to another slide, then reveal.js starts.
'use strict';

const BOTTOM = 720 - 40; // of a slide's content, in pixels
const LEAST_FIGURE = 330; // height below which a figure moves to a slide of its own
const LARGEST = 1.5; // how much a figure may be magnified
const LEAST_TEXT = 18; // pixels

window.MathJax = {
  tex: { inlineMath: [['$', '$'], ['\\(', '\\)']] },
  options: { enableMenu: false, skipHtmlTags: ['script', 'style', 'textarea', 'pre', 'code'] },
  startup: { typeset: false, ready() { MathJax.startup.defaultReady(); MathJax.startup.promise.then(start); } },
};

const bottomOf = element => element.getBoundingClientRect().bottom - element.closest('section').getBoundingClientRect().top;

// A new slide after this one, with its heading.
function continued(section) {
  const next = section.cloneNode(false);
  next.append(section.querySelector('h1, h2').cloneNode(true));
  if (section.classList.contains('title')) next.className = 'text';
  const body = document.createElement('div');
  body.className = 'body';
  next.append(body);
  section.after(next);
  return next;
}

// Smaller letters for what is too wide, down to what can be read from the last row; then lines are broken.
function narrow(block) {
  const inner = block.matches('pre, table') ? block : block.querySelector('pre, table, mjx-container[display="true"]') || block;
  const room = block.clientWidth || 1152;
  const wide = () => Math.max(inner.scrollWidth, inner.getBoundingClientRect().width, inner.querySelector('mjx-math')?.getBoundingClientRect().width || 0) > room + 1;
  let size = parseFloat(getComputedStyle(inner).fontSize);
  while (wide() && size > LEAST_TEXT) inner.style.fontSize = `${size = Math.max(LEAST_TEXT, size - 1)}px`;
  if (wide() && inner.matches('pre')) inner.style.cssText += '; white-space: pre-wrap; overflow-wrap: anywhere';
}

// The part of a list, table or printed text that has room above `limit` stays; a copy with the rest is returned.
function split(block, limit) {
  const pre = block.matches('.code, .printed, .highlight') ? block.querySelector('pre') : block.matches('pre') ? block : null;
  if (pre) {
    const lines = pre.innerHTML.replace(/\n$/, '').split('\n');
    const height = (pre.getBoundingClientRect().height - 4) / lines.length;
    const top = bottomOf(pre) - pre.getBoundingClientRect().height;
    const count = Math.floor((limit - top - 20) / height);
    if (count < 2 || count >= lines.length || lines.some(line => (line.match(/<span/g) || []).length !== (line.match(/<\/span/g) || []).length)) return null;
    const rest = block.cloneNode(true);
    pre.innerHTML = lines.slice(0, count).join('\n');
    (rest.matches('pre') ? rest : rest.querySelector('pre')).innerHTML = lines.slice(count).join('\n');
    return rest;
  }
  const holder = block.matches('table') ? block.tBodies[0] : block.matches('ul, ol') ? block : null;
  if (!holder) return null;
  const items = [...holder.children];
  const count = items.findIndex(item => bottomOf(item) > limit);
  if (count < 1) return null;
  const rest = block.cloneNode(true);
  const restHolder = block.matches('table') ? rest.tBodies[0] : rest;
  items.slice(count).forEach(item => item.remove());
  [...restHolder.children].slice(0, count).forEach(item => item.remove());
  if (block.matches('ol')) rest.start = (block.start || 1) + count;
  return rest;
}

function captionHeight(figure) {
  const caption = figure.querySelector('figcaption');
  return caption ? caption.getBoundingClientRect().height : 0;
}

// A figure takes the room that is left, if that is enough.
function fitFigure(figure, first) {
  const picture = figure.querySelector('img');
  const top = figure.getBoundingClientRect().top - figure.closest('section').getBoundingClientRect().top;
  const natural = { width: picture.naturalWidth, height: picture.naturalHeight };
  const room = { width: figure.parentElement.clientWidth, height: BOTTOM - top - 12 - captionHeight(figure) };
  const scale = Math.min(LARGEST, room.width / natural.width, room.height / natural.height);
  picture.style.width = `${Math.floor(natural.width * scale)}px`;
  picture.style.height = 'auto';
  return first || scale >= 1 || natural.height * scale >= LEAST_FIGURE && scale >= 0.8;
}

// The goal of an exercise above its picture or beside it, whichever leaves the picture larger.
function beside(section) {
  const body = section.querySelector('.body');
  const figures = [...body.querySelectorAll(':scope > figure')];
  if (!section.classList.contains('exercise') || figures.length !== 1) return;
  const picture = figures[0].querySelector('img');
  const scaleIn = (width, height) => Math.min(LARGEST, width / picture.naturalWidth, height / picture.naturalHeight);
  const goal = document.createElement('div');
  goal.append(...[...body.childNodes].filter(node => node !== figures[0]));
  body.prepend(goal);
  const above = scaleIn(body.clientWidth, BOTTOM - bottomOf(goal) - 30);
  const row = document.createElement('div');
  row.className = 'beside';
  row.append(goal, figures[0]);
  body.append(row);
  let scale = 0;
  for (const width of [460, 540, 620, 700]) {
    const tried = scaleIn(width, BOTTOM - row.getBoundingClientRect().top + section.getBoundingClientRect().top - 12);
    picture.style.width = `${Math.floor(picture.naturalWidth * tried)}px`;
    if (bottomOf(goal) <= BOTTOM && goal.scrollWidth <= goal.clientWidth + 1) scale = Math.max(scale, tried);
  }
  picture.style.width = `${Math.floor(picture.naturalWidth * scale)}px`;
  if (scale < above || scale < 0.5) {
    picture.style.width = '';
    body.append(...goal.childNodes, figures[0]);
    row.remove();
  }
}

function layOut(section) {
  const body = section.querySelector('.body');
  if (!body) return;
  beside(section);
  const blocks = [...body.children];
  for (const [place, block] of blocks.entries()) {
    if (block.matches('.beside')) continue;
    narrow(block);
    const first = place === 0;
    const fits = block.matches('figure') ? fitFigure(block, first) : bottomOf(block) <= BOTTOM;
    if (fits) continue;
    const next = continued(section);
    const rest = [block, ...blocks.slice(place + 1)];
    const height = block.getBoundingClientRect().height;
    // What would fit on a slide of its own goes there whole; what is longer is divided.
    if (height > 480 || first) {
      const part = split(block, BOTTOM);
      if (part) rest[0] = part;
      else if (first) shrink(block, section);
      if (!part && first) rest.shift();
    }
    next.querySelector('.body').append(...rest);
    // A line that announces what follows does not stay behind alone.
    const last = rest[0] === block && block.previousElementSibling === null ? body.lastElementChild : null;
    if (last && last.matches('p') && last.textContent.trim().endsWith(':') && body.children.length > 1) next.querySelector('.body').prepend(last);
    if (rest.length) layOut(next); else next.remove();
    return;
  }
}

// One paragraph that is longer than a slide.
function shrink(block, section) {
  let size = parseFloat(getComputedStyle(block).fontSize);
  while (bottomOf(block) > BOTTOM && size > LEAST_TEXT) block.style.fontSize = `${--size}px`;
}

// What is said of numbers in a few words stands below them, if there is room.
function join(section) {
  const next = section.nextElementSibling;
  const heading = part => part.querySelector('h2')?.innerHTML;
  if (!next || section.className !== 'text' || next.className !== 'text' || heading(section) !== heading(next)) return;
  const [body, words] = [section, next].map(part => part.querySelector('.body'));
  const short = words.textContent.trim().split(/\s+/).length <= 60;
  if (!short || !body.lastElementChild?.matches('.code, .printed') || [...words.children].some(block => !block.matches('p'))) return;
  const moved = [...words.children];
  body.append(...moved);
  if (bottomOf(body.lastElementChild) <= BOTTOM) {
    const notes = next.querySelector('.notes');
    if (notes) section.append(notes);
    next.remove();
  } else words.append(...moved);
}

async function start() {
  const reveal = document.querySelector('.reveal');
  await MathJax.typesetPromise();
  await document.fonts.ready;
  await Promise.all([...document.images].map(image => image.decode().catch(() => null)));
  reveal.classList.add('measuring');
  for (const section of [...reveal.querySelectorAll('.slides > section')]) layOut(section);
  for (const section of [...reveal.querySelectorAll('.slides > section')]) if (section.isConnected) join(section);
  reveal.classList.remove('measuring');
  await Reveal.initialize({
    width: 1280, height: 720, margin: 0, center: false, hash: true, controls: false,
    slideNumber: 'c/t', transition: 'none', backgroundTransition: 'none', plugins: [RevealNotes],
  });
  window.slidesAreReady = true;
}
