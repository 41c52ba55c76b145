/* Explorers without a kernel. Pictures and sentences were made when the site was built; this only shows which belongs
   to the controls. An explorer is loaded when it is nearly in sight. */
"use strict";
{
    const STEP = 250; /* milliseconds from picture to picture where one moves by itself */

    const load = box => new Promise((done, failed) => {
        const script = document.createElement("script");
        script.src = `explorers/${box.dataset.explorer}.js`;
        script.onload = () => done(window.courseExplorers[box.dataset.explorer]);
        script.onerror = failed;
        document.head.append(script);
    });

    const slider = (control, show) => {
        const label = document.createElement("label"), name = document.createElement("span");
        const range = document.createElement("input"), number = document.createElement("output");
        name.textContent = control.label;
        Object.assign(range, {type: "range", min: 0, max: control.values.length - 1, step: 1, value: control.start});
        range.setAttribute("aria-label", control.label);
        range.name = control.name;
        range.addEventListener("input", show);
        label.className = "course-control";
        label.append(name, range, number);
        return {control, range, number, label};
    };

    const start = async box => {
        const data = await load(box);
        const image = box.querySelector("img"), reading = box.querySelector(".course-reading");
        const place = box.querySelector(".course-controls");
        const sliders = data.controls.map(control => slider(control, () => { stop(); show(); }));
        const show = () => {
            let state = 0;
            for (const {control, range, number} of sliders) {
                const value = control.values[range.value];
                state = state * control.values.length + Number(range.value);
                number.textContent = value;
                range.setAttribute("aria-valuetext", value);
            }
            image.src = data.pictures[state];
            image.alt = reading.textContent = data.sentences[state];
        };
        const reset = document.createElement("button");
        reset.type = "button";
        reset.textContent = "Reset";
        reset.addEventListener("click", () => {
            stop();
            for (const {control, range} of sliders) { range.value = control.start; }
            show();
        });
        let stop = () => {};
        place.append(...sliders.map(one => one.label), reset);
        if (box.dataset.plays) { stop = play(box, place, sliders, show); }
        show();
        box.dataset.ready = "yes";
    };

    /* Move one control to and fro, until its reader moves one, or stops it. Who asks for less motion starts it. */
    const play = (box, place, sliders, show) => {
        const {range} = sliders.find(one => one.control.name === box.dataset.plays);
        const button = document.createElement("button");
        const reading = box.querySelector(".course-reading");
        let timer = null, way = 1;
        const step = () => {
            if (Number(range.value) + way < 0 || Number(range.value) + way > Number(range.max)) { way = -way; }
            range.value = Number(range.value) + way;
            show();
        };
        const run = on => {
            clearInterval(timer);
            timer = on ? setInterval(step, STEP) : null;
            button.textContent = on ? "Pause" : "Play";
            reading.setAttribute("role", on ? "presentation" : "status"); /* nobody wants to be told ten times a second */
        };
        button.type = "button";
        button.className = "course-play";
        button.addEventListener("click", () => run(timer === null));
        place.append(button);
        run(!window.matchMedia("(prefers-reduced-motion: reduce)").matches);
        return () => run(false);
    };

    const near = new IntersectionObserver(entries => {
        for (const {isIntersecting, target} of entries) {
            if (isIntersecting) {
                near.unobserve(target);
                start(target);
            }
        }
    }, {rootMargin: "400px"});
    for (const box of document.querySelectorAll(".course-still")) { near.observe(box); }
}
