/* A picture of atoms that turns and plays, instead of the sheet of pictures. It runs when the sheet has been loaded, as
   the handler of its load event: `this` is the sheet. forcefield/viewer.py draws the sheet and says what the data are. */
const sheet = this, figure = this.closest('figure'), caption = figure.querySelector('figcaption');
if (!figure.querySelector('canvas')) {
    const {atoms, captions, width, label} = JSON.parse(figure.dataset.scene);
    const bytes = Uint8Array.from(atob(figure.dataset.positions), one => one.charCodeAt(0));
    const positions = new Int16Array(bytes.buffer); /* hundredths of an Å */
    const side = 400, fine = 2, scale = side * fine / width;
    const make = (name, settings, ...children) => {
        const made = Object.assign(document.createElement(name), settings);
        made.append(...children);
        return made;
    };
    const canvas = make('canvas', {width: side * fine, height: side * fine, tabIndex: 0});
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', sheet.alt);
    canvas.style = `display: block; width: ${side}px; max-width: 100%; background: white; border-radius: 4px;
        touch-action: pan-y; cursor: grab`;
    const slider = make('input', {type: 'range', min: 0, max: captions.length - 1, value: 0});
    slider.style = `width: ${side}px; max-width: 100%; height: 26px; display: block`;
    slider.setAttribute('aria-label', label);
    const said = make('output', {}), play = make('button', {type: 'button', textContent: 'Play'});
    const again = make('button', {type: 'button', textContent: 'Reset'});
    let turn, timer = null;

    const draw = () => {
        const frame = Number(slider.value), paper = canvas.getContext('2d'), start = 3 * atoms.length * frame;
        said.textContent = captions[frame];
        slider.setAttribute('aria-valuetext', captions[frame]);
        paper.clearRect(0, 0, canvas.width, canvas.height);
        const places = atoms.map((atom, number) => {
            const place = [0, 1, 2].map(axis => positions[start + 3 * number + axis] / 100);
            return {atom, place: turn.map(row => row.reduce((sum, one, axis) => sum + one * place[axis], 0))};
        });
        places.sort((one, other) => one.place[2] - other.place[2]); /* the farthest first */
        for (const {atom: {radius, dark, bright}, place: [x, y, z]} of places) {
            const light = Math.min(1, Math.max(0, 0.5 + z / width));
            const colour = dark.map((one, part) => Math.round(255 * (one + light * (bright[part] - one))));
            const across = canvas.width / 2 + x * scale, down = canvas.height / 2 - y * scale, size = radius * scale;
            const shine = paper.createRadialGradient(
                across - size / 3, down - size / 3, size / 10, across, down, size);
            shine.addColorStop(0, `rgb(${colour.map(one => Math.round(one + 0.55 * (255 - one)))})`);
            shine.addColorStop(0.6, `rgb(${colour})`);
            shine.addColorStop(1, `rgb(${colour.map(one => Math.round(0.75 * one))})`);
            paper.beginPath();
            paper.arc(across, down, size, 0, 2 * Math.PI);
            paper.fillStyle = shine;
            paper.fill();
            paper.lineWidth = fine;
            paper.stroke();
        }
    };
    /* Turn the view: degrees about the vertical axis of the picture, and about the horizontal one. */
    const rotate = (sideways, upwards) => {
        const [a, b] = [sideways, upwards].map(angle => angle * Math.PI / 180);
        const about = [
            [Math.cos(a), 0, Math.sin(a)],
            [Math.sin(a) * Math.sin(b), Math.cos(b), -Math.cos(a) * Math.sin(b)],
            [-Math.sin(a) * Math.cos(b), Math.sin(b), Math.cos(a) * Math.cos(b)],
        ];
        turn = about.map(row => [0, 1, 2].map(j => row.reduce((sum, one, i) => sum + one * turn[i][j], 0)));
        canvas.dataset.turn = turn.flat().map(one => one.toFixed(3)).join(' ');
        draw();
    };
    const reset = () => {
        turn = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
        rotate(0, 0);
    };
    const run = on => {
        clearInterval(timer);
        timer = on ? setInterval(() => {
            slider.value = (Number(slider.value) + 1) % captions.length;
            draw();
        }, 150) : null;
        play.textContent = on ? 'Pause' : 'Play';
    };
    canvas.onkeydown = event => {
        const ways = {ArrowLeft: [-10, 0], ArrowRight: [10, 0], ArrowUp: [0, -10], ArrowDown: [0, 10]};
        if (ways[event.key]) {
            event.preventDefault();
            rotate(...ways[event.key]);
        }
    };
    canvas.onpointerdown = event => canvas.setPointerCapture(event.pointerId);
    canvas.onpointermove = event => event.buttons && rotate(event.movementX / 2, event.movementY / 2);
    slider.oninput = () => {
        run(false);
        draw();
    };
    play.onclick = () => run(timer === null);
    again.onclick = () => {
        run(false);
        slider.value = 0;
        reset();
    };
    for (const one of [canvas, slider, play, again]) {
        one.dataset.lmSuppressShortcuts = 'true'; /* JupyterLab leaves the keys to it */
    }
    const name = make('label', {}, make('span', {textContent: label}), slider);
    const help = make('span', {textContent: 'To turn it, drag it, or choose it and press the arrow keys.'});
    help.style = 'display: block';
    const buttons = make('span', {}, play, ' ', again, ' ', said);
    buttons.style = 'display: block; min-height: 30px';
    play.hidden = captions.length < 2;
    sheet.hidden = true;
    sheet.style = 'display: none';
    sheet.before(canvas);
    caption.replaceChildren(name, buttons, help);
    reset();
}
