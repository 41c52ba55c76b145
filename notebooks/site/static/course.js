/* Printed sentences wrap; printed columns keep their lines. */
for (const printed of document.querySelectorAll("div.cell_output pre")) {
    if (printed.textContent.split("\n").some(line => line.length > 88)) { printed.classList.add("course-sentences"); }
}

/* What scrolls can be reached by keyboard, and has a name. */
const nameScrollers = () => {
    for (const box of document.querySelectorAll("article pre, article .table-wrapper, article div.math, article figure")) {
        if (box.scrollWidth > box.clientWidth + 1 && !box.hasAttribute("tabindex")) {
            box.setAttribute("tabindex", "0");
            if (!box.hasAttribute("role") && box.tagName !== "FIGURE") {
                box.setAttribute("role", "group");
                box.setAttribute("aria-label", "wide content: scroll with the arrow keys");
            }
        }
    }
};
window.addEventListener("load", nameScrollers);
window.addEventListener("resize", nameScrollers);
for (const details of document.querySelectorAll("article details")) {
    details.addEventListener("toggle", nameScrollers);
}

/* On paper, everything that is folded is open. */
window.addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("article details:not([open])")) {
        details.open = true;
        details.dataset.wasClosed = "yes";
    }
});
window.addEventListener("afterprint", () => {
    for (const details of document.querySelectorAll("details[data-was-closed]")) {
        details.open = false;
        delete details.dataset.wasClosed;
    }
});
