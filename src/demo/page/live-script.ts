/**
 * Runs in the browser: when the world changed, the page is fetched again and its live parts are put in place of the old ones.
 * Forms are not live, so nothing that somebody types is lost. In lists, what is new or changed lights up for a moment.
 */
export const liveScript = `"use strict";
(() => {
  const events = new EventSource("/-/events");
  let isBusy = false;
  let isStale = false;

  async function refresh() {
    isStale = true;
    if (isBusy) return;
    isBusy = true;
    try {
      while (isStale) {
        isStale = false;
        const answer = await fetch(location.href, { headers: { accept: "text/html" } });
        if (answer.ok) apply(new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
    } catch (error) {
      console.info("The page could not be refreshed; the next change tries again.", error);
    } finally {
      isBusy = false;
    }
  }

  function apply(next) {
    document.title = next.title;
    const sheet = document.getElementById("label-sheet");
    const newSheet = next.getElementById("label-sheet");
    if (sheet && newSheet && sheet.getAttribute("href") !== newSheet.getAttribute("href")) sheet.setAttribute("href", newSheet.getAttribute("href"));
    for (const now of document.querySelectorAll("[data-live]")) {
      const then = next.getElementById(now.id);
      if (!then || now.innerHTML === then.innerHTML) continue;
      if (now.contains(document.activeElement) && document.activeElement.matches("textarea, input")) continue;
      if (now.dataset.live === "list") applyList(now, then);
      else now.innerHTML = then.innerHTML;
    }
  }

  function applyList(now, then) {
    const known = new Map([...now.children].map((child) => [child.id, child]));
    let place = now.firstElementChild;
    for (const child of [...then.children]) {
      const old = known.get(child.id);
      known.delete(child.id);
      const isSame = old && textOf(old) === textOf(child);
      const fresh = isSame ? old : document.importNode(child, true);
      if (!isSame) fresh.classList.add("fresh");
      if (old && !isSame) {
        if (place === old) place = old.nextElementSibling;
        old.remove();
      }
      if (place !== fresh) now.insertBefore(fresh, place);
      else place = place.nextElementSibling;
    }
    for (const gone of known.values()) gone.remove();
  }

  // The words for a time change by themselves; what somebody folded or unfolded is his business.
  function textOf(element) {
    return element.innerHTML.replace(/<time[^>]*>[^<]*<\\/time>/g, "").replace(/<details[^>]*>/g, "<details>");
  }

  events.addEventListener("changed", refresh);
  setInterval(refresh, 60000);
  addEventListener("pagehide", () => events.close());
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
  });
})();
`;
