// Finds words in the guides, as the workbench does: all of them, by their beginnings; best first. No request leaves the page.
"use strict";
const plain = text => text.normalize("NFD").replace(/\p{M}+/gu, "").toLowerCase();
const split = text => plain(text).split(/[^\p{L}\p{N}]+/u).filter(w => w);
const matches = (word, wanted) => word.startsWith(wanted) || wanted.length > 3 && wanted.endsWith("s") && word === wanted.slice(0, -1);
const count = (words, wanted) => words.filter(w => matches(w, wanted)).length;
let index;

function find(query) {
    index ??= SECTIONS.map(([href, guide, title, heading, text]) =>
        ({href, guide, title, heading, text, t: split(title), h: split(heading), x: split(text)}));
    const wanted = split(query);
    if (!wanted.length) return [];
    return index.map(e => ({e, score: (e.href.startsWith("help/") ? 3 : 1) * wanted.reduce((sum, w) => {
        const s = (count(e.t, w) ? 20 : 0) + (count(e.h, w) ? 10 : 0) + Math.min(count(e.x, w), 5);
        return sum && s ? sum + s : 0;
    }, 1)})).filter(f => f.score).sort((a, b) => b.score - a.score).map(f => f.e);
}

function snippet(text, query) {
    const wanted = split(query);
    const word = [...text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)].find(m => wanted.some(w => matches(plain(m[0]), w)));
    const at = word ? word.index : 0;
    const from = Math.max(0, text.lastIndexOf(" ", Math.max(0, at - 70)));
    return (from > 0 ? "\u2026 " : "") + text.slice(from, at + 140).trim() + (at + 140 < text.length ? " \u2026" : "");
}

const root = document.documentElement.dataset.root;
const words = document.getElementById("words");
const found = document.getElementById("found");
const page = document.getElementById("page");

function show() {
    const query = words.value.trim();
    found.hidden = !query;
    page.hidden = !!query;
    found.replaceChildren();
    if (!query) return;
    const hits = find(query).slice(0, 50);
    const head = document.createElement("h1");
    head.textContent = hits.length ? FOUND : NOTHING;
    found.append(head);
    for (const e of hits) {
        const p = document.createElement("p");
        const a = document.createElement("a");
        a.href = root + e.href;
        a.textContent = e.heading && e.heading !== e.title ? e.title + ": " + e.heading : e.title;
        // a link to a place in this page loads nothing: the page itself must come back
        a.addEventListener("click", () => { words.value = ""; show(); });
        const where = document.createElement("small");
        where.textContent = " " + e.guide;
        p.append(a, where, document.createElement("br"), snippet(e.text, query));
        found.append(p);
    }
}

words.addEventListener("input", show);
words.form.addEventListener("submit", e => { e.preventDefault(); found.querySelector("a")?.focus(); });
